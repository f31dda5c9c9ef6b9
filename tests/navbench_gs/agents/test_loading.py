import sys

import pytest

from navbench_gs.agents.loading import agent_names, load_agent
from navbench_gs.agents.straight import StraightAgent
from navbench_gs.errors import AgentCardError, MissingPackageError, UnknownNameError


def test_the_sanity_agents_are_installed():
    assert {"still", "random", "straight", "reactive", "oracle"} <= set(agent_names())


@pytest.mark.parametrize("name", ["still", "random", "straight", "reactive", "oracle"])
def test_an_agents_card_bears_the_name_it_is_loaded_by(name):
    assert load_agent(name).card.name == name


def test_a_wrong_name_is_answered_with_the_closest_one():
    with pytest.raises(UnknownNameError, match="did you mean 'straight'"):
        load_agent("strait")


def test_an_agent_that_is_not_installed_is_loaded_by_module_and_class():
    assert isinstance(load_agent("navbench_gs.agents.straight:StraightAgent"), StraightAgent)


def test_a_module_that_does_not_exist_is_an_unknown_agent():
    with pytest.raises(UnknownNameError):
        load_agent("no_such_module:Agent")


def test_a_class_that_its_module_lacks_is_named():
    with pytest.raises(AgentCardError, match="NoSuchAgent"):
        load_agent("navbench_gs.agents.straight:NoSuchAgent")


def test_something_without_card_is_no_agent():
    with pytest.raises(AgentCardError, match="lacks reset, act"):
        load_agent("collections:OrderedDict")


def test_a_checkpoint_is_refused_by_an_agent_without_weights():
    with pytest.raises(AgentCardError, match="has no weights"):
        load_agent("straight", checkpoint="weights.safetensors")


def test_a_package_that_an_agent_needs_and_is_absent_is_named(tmp_path, monkeypatch):
    (tmp_path / "needy_agent.py").write_text("import package_that_is_absent\n")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, "needy_agent", raising=False)
    with pytest.raises(MissingPackageError, match="package_that_is_absent"):
        load_agent("needy_agent:Agent")


def test_an_agent_without_variants_is_given_none():
    with pytest.raises(AgentCardError, match="'straight' has no variants: leave ':fast' out"):
        load_agent("straight:fast")
