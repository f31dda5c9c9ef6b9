import torch

from s2e_agent.driving import drive

from .fake_world import FakeWorld
from .small import small_policy


def test_every_robot_counts_its_first_episodes_and_no_more():
    found = drive(small_policy(), FakeWorld(5), rounds=2, seed=0)
    assert found["episodes"] == 10
    assert 0 <= found["strict_success"] <= found["success"] <= 1


def test_a_policy_without_dropout_or_chance_drives_the_same_twice():
    assert drive(small_policy(), FakeWorld(3), rounds=1, seed=4) == drive(
        small_policy(), FakeWorld(3), rounds=1, seed=4
    )


def test_a_policy_that_always_speeds_touches_at_every_step():
    policy = small_policy()
    with torch.no_grad():
        policy.head.scale[-1].bias.fill_(10.0)  # 2.5 m a step: as fast as can be
    found = drive(policy, FakeWorld(2), rounds=1, seed=0)
    assert found["contacts"] == found["contacts_obstacle"] == found["length"] > 0
    assert found["strict_success"] == 0
