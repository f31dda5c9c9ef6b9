import pytest

from navbench_gs.agents.loading import load_agent
from navbench_gs.errors import AgentCardError, UnknownNameError, WeightsError
from s2e_agent.config.pretraining import PRESETS
from s2e_agent.deploy.variant import Variant, parse_variant
from s2e_agent.models import checkpoint
from s2e_agent.models.checkpoint import save_policy
from s2e_agent.models.policy import Policy


@pytest.mark.parametrize(
    ("text", "variant", "name"),
    [
        ("", Variant(), "s2e"),
        ("bc", Variant(weights="bc"), "s2e:bc"),
        ("blind", Variant(blind=True), "s2e:blind"),
        ("goal_free, sample,bc", Variant(weights="bc", sample=True, goal_free=True), "s2e:bc,sample,goal_free"),
        ("runs/a/policy.safetensors", Variant(weights="runs/a/policy.safetensors"), "s2e:policy"),
    ],
)
def test_words_name_weights_and_switches_and_the_name_bears_no_folder(text, variant, name):
    assert parse_variant(text) == variant and parse_variant(text).name == name


def test_a_wrong_word_is_answered_with_the_closest_and_two_weights_are_refused():
    with pytest.raises(UnknownNameError, match="did you mean 'blind'"):
        parse_variant("blnd")
    with pytest.raises(AgentCardError, match=r"two weights, bc and \./x"):
        parse_variant("bc,./x")


def test_the_benchmark_loads_a_variant_by_the_agents_name(tmp_path):
    path = tmp_path / "mine.safetensors"
    sha256 = save_policy(path, Policy(PRESETS["debug"].policy), {})
    agent = load_agent(f"s2e:{path},sample")
    assert agent.card.name == "s2e:mine,sample" and agent.card.weights == sha256 and agent.card.stochastic
    assert load_agent("s2e:blind", checkpoint=str(path)).card.name == "s2e:mine,blind"
    with pytest.raises(AgentCardError, match="names its weights already"):
        load_agent("s2e:bc", checkpoint=str(path))


def test_weights_that_do_not_ship_are_one_line_that_says_what_is_missing(tmp_path, monkeypatch):
    monkeypatch.setattr(checkpoint, "WEIGHTS_FOLDER", tmp_path)
    with pytest.raises(WeightsError, match=r"no tiny_bc.safetensors in s2e_agent/weights"):
        load_agent("s2e:bc")
    save_policy(tmp_path / "tiny_bc.safetensors", Policy(PRESETS["debug"].policy), {})
    assert load_agent("s2e:bc").card.name == "s2e:bc"
    (tmp_path / "tiny_bc.json").unlink()
    with pytest.raises(WeightsError, match=r"no tiny_bc.json"):
        load_agent("s2e:bc")
