import torch
from click.testing import CliRunner

from s2e_agent.cli.main import main
from s2e_agent.cli.mode_oracle import SHOWN
from s2e_agent.evaluation.closed_loop import _chosen, drive
from s2e_agent.models.waypoint_mixture import Mixture

from ..fake_world import FakeWorld
from ..small import small_policy


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


def test_with_much_foresight_the_mode_that_gains_most_is_driven_and_without_it_the_likeliest():
    """In the fake world nothing stands about: what a path gains is how far ahead it ends."""
    policy, world = small_policy(), FakeWorld(3)
    world.reset(seed=0)
    scores = torch.tensor([[0.4, 0.3, 0.2, 0.1]]).log().expand(3, 4)
    ahead = torch.tensor([0.1, 0.1, 0.4, 0.2])[:, None] * torch.arange(1, 11)
    means = torch.stack([ahead, torch.zeros_like(ahead)], dim=-1).expand(3, 4, 10, 2)
    mixture = Mixture(scores, means, torch.ones(3, 4, 10, 2), torch.zeros(3, 4, 10), torch.ones(3, 4))
    period_s = policy.config.period_s
    assert _chosen(mixture, world, 0.0, period_s).tolist() == [0, 0, 0]
    assert _chosen(mixture, world, 50.0, period_s).tolist() == [2, 2, 2]
    # worths are 0.25 and 1: mode 2 must catch up log(0.4 / 0.2) = 0.69 nats
    assert _chosen(mixture, world, 0.9, period_s).tolist() == [0, 0, 0]
    assert _chosen(mixture, world, 0.95, period_s).tolist() == [2, 2, 2]


def test_the_ceiling_is_a_row_for_each_task_and_foresight(monkeypatch):
    asked = []

    def drive_task(policy, world, task, *, rounds, seed, foresight):
        asked.append((task, foresight, world.robots))
        return dict.fromkeys(SHOWN, 0.25)

    monkeypatch.setattr("s2e_agent.evaluation.closed_loop.drive_task", drive_task)
    lines = CliRunner().invoke(main, ["ceiling", "--task", "ped,empty", "--foresight", "0,50"]).output.splitlines()
    assert asked == [("ped", 0.0, 32), ("ped", 50.0, 32), ("empty", 0.0, 32), ("empty", 50.0, 32)]
    assert lines[2].startswith("| ped | 0 | 0.250 |") and len(lines) == 6
    wrong = CliRunner().invoke(main, ["ceiling", "--foresight", "much"])
    assert "write numbers with commas between" in wrong.stderr
    assert "did you mean 'ped'" in CliRunner().invoke(main, ["ceiling", "--task", "pedd"]).stderr
