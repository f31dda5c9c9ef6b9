import pytest
import torch

from s2e_agent.rl.observation_encoder import Perception
from s2e_agent.rl.rollout_buffer import Buffer, Step, advantages

from ..small import small_policy


def row(*values):
    return torch.tensor(values)[:, None]


def test_advantages_worked_by_hand():
    # discount 0.5, lambda 0.5: delta_1 = 2 + 0.5 * 4 - 2 = 2; delta_0 = 1 + 0.5 * 2 - 3 = -1; A_0 = -1 + 0.25 * 2.
    nothing = row(False, False)
    found = advantages(row(1.0, 2.0), row(3.0, 2.0, 4.0), nothing, nothing, 0.5, 0.5)
    assert found[:, 0].tolist() == pytest.approx([-0.5, 2.0])


def test_an_end_is_worth_nothing_more_and_a_time_out_the_value_of_where_it_was():
    values, rewards = row(3.0, 7.0, 4.0), row(1.0, 100.0)
    ended = advantages(rewards, values, row(True, False), row(False, False), 0.5, 0.5)
    timed_out = advantages(rewards, values, row(False, False), row(True, False), 0.5, 0.5)
    assert ended[0, 0].item() == pytest.approx(1.0 - 3.0)
    assert timed_out[0, 0].item() == pytest.approx(1.0 + 0.5 * 7.0 - 3.0)


def step(robots, **changes):
    zeros, no = torch.zeros(robots), torch.zeros(robots, dtype=torch.bool)
    fields = {
        "states": torch.zeros(robots, 9),
        "actions": torch.zeros(robots, 2),
        "log_density": zeros,
        "values": zeros,
        "prior_scores": torch.zeros(robots, 4),
        "prior_means": torch.zeros(robots, 4, 2),
        "taught": torch.full((robots, 2), torch.nan),
        "worth": torch.zeros(robots, 0),
        "rewards": zeros,
        "terminated": no,
        "truncated": no,
        "lived": ~no,
    }
    return Step(**(fields | changes))


def filled(policy, buffer, steps, robots=3, seed=0):
    """Drive ``steps`` random steps into a buffer; robot 1 starts anew at step 3."""
    generator, perception = torch.Generator().manual_seed(seed), Perception(policy)
    for t in range(steps):
        started = torch.tensor([t == 0, t in (0, 3), t == 0])
        frames = torch.randint(0, 256, (robots, 24, 32, 3), generator=generator).byte()
        observation = {"rgb": frames, "goal": torch.randn(robots, 2, generator=generator)}
        yield perception.look(observation, started)


def test_pictures_seen_anew_give_the_memories_that_were_kept():
    policy = small_policy()
    kept, pictured = Buffer(keep_frames=False), Buffer(keep_frames=True)
    for t, moment in enumerate(filled(policy, kept, 8)):
        if t == 4:
            for buffer in (kept, pictured):
                buffer.clear(policy.config.context)
        for buffer in (kept, pictured):
            buffer.add(moment, step(3))
    rollouts = [buffer.whole(torch.zeros(3), 0.9, 0.9) for buffer in (kept, pictured)]
    samples = torch.arange(12)
    first, second = (rollout.batch(policy, samples).memory for rollout in rollouts)
    assert torch.allclose(first, second, atol=1e-5) and first.shape[0] == 12
    assert second.requires_grad


@pytest.mark.parametrize("keep_frames", [False, True])
def test_batches_hold_every_lived_sample_once_and_no_other(keep_frames):
    policy = small_policy()
    buffer = Buffer(keep_frames=keep_frames)
    for t, moment in enumerate(filled(policy, buffer, 5)):
        buffer.add(moment, step(3, lived=torch.tensor([True, t != 3, True])))
    rollout = buffer.whole(torch.zeros(3), 0.9, 0.9)
    batches = list(rollout.batches(6, torch.Generator().manual_seed(0)))
    assert len(batches) > 1
    assert torch.cat(batches).sort().values.tolist() == [n for n in range(15) if n != 3 * 3 + 1]


def test_a_perfect_critic_explains_all_and_a_constant_one_nothing():
    policy = small_policy()
    values = iter([1.0, 2.0, 4.0])
    good, flat = Buffer(keep_frames=False), Buffer(keep_frames=False)
    for moment in filled(policy, good, 3):
        value = next(values)
        good.add(
            moment,
            step(
                3,
                values=torch.full((3,), value),
                rewards=torch.full((3,), value),
                terminated=~torch.zeros(3, dtype=torch.bool),
            ),
        )
        flat.add(moment, step(3, rewards=torch.full((3,), value), terminated=~torch.zeros(3, dtype=torch.bool)))
    assert good.whole(torch.zeros(3), 0.9, 0.9).explained_variance() == pytest.approx(1.0)
    assert flat.whole(torch.zeros(3), 0.9, 0.9).explained_variance() == pytest.approx(0.0)
