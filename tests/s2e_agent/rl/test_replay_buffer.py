from dataclasses import replace

import pytest
import torch

from navbench_gs.errors import InvalidRecordError
from s2e_agent.config.finetuning import finetune_preset
from s2e_agent.rl.replay_buffer import Replay, replay_loss
from s2e_agent.rl.runner import Finetuning

from ..fake_world import FakeWorld
from ..small import small_policy

LOOKING_AHEAD = {"ppo.foresight_weight": 1.0, "ppo.replay": 40}


@pytest.fixture
def run(tmp_path):
    run = Finetuning(finetune_preset("debug", LOOKING_AHEAD), small_policy(), FakeWorld(4), tmp_path, {})
    run.experience.start(0)
    return run


def generator():
    return torch.Generator().manual_seed(0)


def test_the_newest_moments_stay_and_nothing_between_two_episodes_is_kept(run):
    replay = Replay(40)
    rollouts = [run.experience.collect(generator()) for _ in range(2)]
    for rollout in rollouts:
        replay.add(rollout)
    lived = torch.cat([rollout.steps.worth[rollout.steps.lived] for rollout in rollouts])
    assert len(lived) < 64 and torch.equal(replay._kept.worth, lived[-40:])
    assert len(replay.draw(99, generator()).worth) == 40
    drawn = replay.draw(8, generator())
    assert drawn.memory.dtype == torch.float32 and len(drawn.memory) == len(drawn.prior_means) == 8


def test_without_capacity_nothing_is_kept(run):
    replay = Replay(0)
    replay.add(run.experience.collect(generator()))
    assert replay.draw(8, generator()) is None


def test_an_untrained_actor_loses_what_chance_would_and_learns_to_prefer_what_was_worth_most(run):
    """At the start the divergence from the prior is nothing, so the loss is minus what the scores expect."""
    replay, rollout = Replay(40), run.experience.collect(generator())
    worth = torch.tensor([0.0, 0.0, 1.0, 0.0]).expand_as(rollout.steps.worth)
    replay.add(replace(rollout, steps=replace(rollout.steps, worth=worth)))
    earlier = replay.draw(32, generator())
    mixture = run.actor.mixture(earlier.memory, earlier.absent)
    expected = mixture.log_scores.exp()[:, 2].mean() - 0.25
    config = run.config.ppo
    loss = replay_loss(run.actor, earlier, config, run.ppo.prior_sigma)
    assert float(loss.detach()) == pytest.approx(-float(expected.detach()), abs=1e-3)
    optimiser = torch.optim.Adam(run.ppo.learning, lr=3e-3)
    for _ in range(40):
        optimiser.zero_grad()
        replay_loss(run.actor, earlier, config, run.ppo.prior_sigma).backward()
        optimiser.step()
    assert run.actor.mixture(earlier.memory, earlier.absent).log_scores.exp()[:, 2].mean() > expected + 0.5


def test_a_run_learns_from_its_replay_too(tmp_path):
    changes = LOOKING_AHEAD | {"ppo.step_divergence": 99.0}
    ends = []
    for folder, replay in (("with", 40), ("without", 0)):
        config = finetune_preset("debug", changes | {"ppo.replay": replay})
        ends.append(Finetuning(config, small_policy(), FakeWorld(4), tmp_path / folder, {}).run().state_dict())
    assert any(not torch.equal(ends[0][name], ends[1][name]) for name in ends[0])


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"strategy": "full"}, "only ram and decoder can replay"),
        ({"ppo.foresight_weight": 0.0}, "foresight_weight too"),
    ],
)
def test_what_cannot_be_replayed_is_refused(changes, said):
    with pytest.raises(InvalidRecordError, match=said):
        finetune_preset("debug", LOOKING_AHEAD | changes)
