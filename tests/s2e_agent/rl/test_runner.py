import json
from dataclasses import replace

import pytest
import torch

from navbench_gs.errors import InvalidRecordError, UnknownNameError, WeightsError
from s2e_agent.cli.finetune import parsed_settings
from s2e_agent.config.finetuning import PRESETS, finetune_preset
from s2e_agent.config.pretraining import PRESETS as SIZES
from s2e_agent.models.checkpoint import load_policy
from s2e_agent.models.policy import Policy
from s2e_agent.rl.runner import Finetuning
from s2e_agent.rl.strategies import prepared

from ..fake_world import FakeWorld
from ..small import small_policy

STRATEGIES = ("ram", "decoder", "full", "scratch")


def finetuning(folder, policy=None, **changes):
    config = finetune_preset("debug", {name.replace("__", "."): value for name, value in changes.items()})
    robots = config.world.robots
    return Finetuning(config, policy or small_policy(), FakeWorld(robots), folder, {"revision": "test"})


def changed_parameters(before, after):
    return {name for name, value in after.named_parameters() if not torch.equal(value, before[name])}


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_a_strategy_changes_its_own_parameters_and_no_others(strategy, tmp_path):
    run = finetuning(tmp_path, strategy=strategy)
    before = {name: value.clone() for name, value in run.actor.policy.named_parameters()}
    changed = changed_parameters(before, run.run())
    inside = {
        "ram": ("decoder.0.adapted.", "decoder.0.gate_"),
        "decoder": ("query.", "decoder.", "head."),
        "full": ("",),
        "scratch": ("",),
    }[strategy]
    assert changed and all(name.startswith(inside) for name in changed)
    if strategy in ("full", "scratch"):
        assert any(name.startswith("encoder.") for name in changed)
    assert torch.equal(run.actor.policy.anchors, small_policy().anchors)


def test_foresight_learns_to_prefer_the_mode_that_was_worth_most(tmp_path):
    quiet = {"ppo__gain_weight": 0.0, "ppo__prior_weight": 0.0, "ppo__entropy_weight": 0.0}
    run = finetuning(tmp_path, ppo__foresight_weight=1.0, ppo__learning_rate=3e-3, ppo__step_divergence=99.0, **quiet)
    run.experience.start(0)
    rollout = run.experience.collect(torch.Generator().manual_seed(0))
    worth = rollout.steps.worth
    assert worth.shape == (8, 4, 4) and worth.std(dim=-1).min() > 0
    third = torch.tensor([0.0, 0.0, 1.0, 0.0]).expand_as(worth)
    batch = replace(rollout, steps=replace(rollout.steps, worth=third)).batch(run.actor.policy, torch.arange(32))
    rows = [run.ppo._learn(batch, warming_up=False) for _ in range(40)]
    assert rows[0]["foresight"] < 0.1 and rows[-1]["foresight"] > 0.5
    assert rows[0]["regret"] > 0.5 and rows[-1]["regret"] < 0.1


def test_the_same_seed_gives_the_same_weights_and_another_seed_others(tmp_path):
    first, again, other = (
        finetuning(tmp_path / name, seed=seed).run().state_dict() for name, seed in (("a", 0), ("b", 0), ("c", 1))
    )
    assert all(torch.equal(first[name], again[name]) for name in first)
    assert not all(torch.equal(first[name], other[name]) for name in first)


def test_a_run_goes_on_from_its_folder_and_refuses_other_numbers(tmp_path):
    rows = []
    whole = finetuning(tmp_path)
    whole.run(rows.append)
    rested = finetuning(tmp_path)
    rested.run(rows.append)
    assert len(rows) == 3 and rested.steps == whole.steps == 96
    assert all(torch.equal(a, b) for a, b in zip(whole.actor.parameters(), rested.actor.parameters(), strict=True))
    with pytest.raises(WeightsError, match="other numbers"):
        finetuning(tmp_path, seed=5).run()
    finetuning(tmp_path, steps=128).run(rows.append)
    assert rows[-1]["step"] == 128 and len(rows) == 4


def test_a_run_that_was_cut_off_learns_only_what_is_left(tmp_path):
    cut = finetuning(tmp_path)
    cut.experience.start(0)
    cut._update()
    cut._update()
    cut._save({"step": 64.0})
    rows = []
    finetuning(tmp_path).run(rows.append)
    assert [row["update"] for row in rows] == [3.0]


def test_what_is_logged_and_saved(tmp_path):
    finetuning(tmp_path).run()
    rows = [json.loads(line) for line in (tmp_path / "log.jsonl").read_text().splitlines()]
    wanted = {
        "success", "strict_success", "contacts", "contacts_obstacle", "prior_divergence", "gate_in", "gate_out",
        "explained_variance", "entropy_bound", "reward_progress", "reward_likeness", "speed_sigma", "learn_s",
    }  # fmt: skip
    assert len(rows) == 3 and wanted <= rows[-1].keys() and rows[-1]["gate_out"] > 0
    policy, facts, _ = load_policy(tmp_path / "policy.safetensors")
    assert policy.config.residual and facts["finetune"]["strategy"] == "ram" and facts["metrics"]["step"] == 96


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_a_checkpoint_of_tiny_is_small(strategy, tmp_path):
    torch.manual_seed(0)
    policy = Policy(SIZES["tiny"].policy)
    config = finetune_preset(strategy)
    run = Finetuning(config, policy, FakeWorld(1), tmp_path, {})
    for parameter in [*run.ppo.learning, *run.ppo.critic.parameters()]:
        parameter.grad = torch.zeros_like(parameter)
    run.ppo.optimiser.step()
    run._save({})
    assert (tmp_path / "state.pt").stat().st_size <= 16e6


def test_the_first_updates_teach_the_critic_alone(tmp_path):
    run = finetuning(tmp_path, ppo__critic_warmup=3)
    before = {name: value.clone() for name, value in run.actor.named_parameters()}
    critic = [value.clone() for value in run.ppo.critic.parameters()]
    run.run()
    assert not changed_parameters(before, run.actor)
    assert any(not torch.equal(a, b) for a, b in zip(critic, run.ppo.critic.parameters(), strict=True))


def test_paths_are_actions_too(tmp_path):
    rows = []
    finetuning(tmp_path, action__kind="path").run(rows.append)
    assert rows[-1]["step_divergence"] >= 0 and torch.isfinite(torch.tensor(rows[-1]["policy_gain"]))


def test_reinforcement_through_the_residual_learns_to_slow_down(tmp_path):
    """In the double's world 1.0 m/s is a contact; the untrained policy drives faster and never arrives untouched."""
    rows = []
    finetuning(
        tmp_path,
        steps=24 * 512,
        world__robots=32,
        ppo__horizon=16,
        ppo__minibatch=128,
        ppo__epochs=4,
        ppo__learning_rate=1e-3,
        save_every=100,
    ).run(rows.append)
    assert rows[0]["contacts"] > 3 and rows[0]["success"] > 0.8
    assert rows[-1]["contacts"] < 1 and rows[-1]["mean_reward"] > 0


def test_parameters_that_may_not_learn_ask_for_no_gradient():
    policy = prepared(small_policy(), "decoder", 0)
    assert not any(p.requires_grad for part in (policy.encoder, policy.context) for p in part.parameters())


def test_settings_are_checked():
    assert parsed_settings(("ppo.epochs=2", "world.task=ped")) == {"ppo.epochs": 2, "world.task": "ped"}
    assert finetune_preset("ram", {"ppo.epochs": 2, "seed": None}).ppo.epochs == 2
    with pytest.raises(InvalidRecordError, match="write section"):
        parsed_settings(("ppo.epochs",))
    with pytest.raises(UnknownNameError, match="did you mean 'epochs'"):
        finetune_preset("ram", {"ppo.epoch": 2})
    with pytest.raises(InvalidRecordError, match=r"ppo\.horizon"):
        finetune_preset("ram", {"ppo.horizon": "long"})
    with pytest.raises(UnknownNameError, match="did you mean 'ram'"):
        finetune_preset("rem")


def test_the_presets_differ_only_where_the_ablation_does():
    for name in STRATEGIES:
        same = PRESETS["ram"].model_dump()
        mine = PRESETS[name].model_dump()
        for data in (same, mine):
            data.pop("strategy"), data["ppo"].pop("learning_rate"), data["ppo"].pop("prior_weight")
        assert mine == same
