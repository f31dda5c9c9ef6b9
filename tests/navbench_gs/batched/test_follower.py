import numpy as np
import torch

from navbench_gs.batched.follower import BatchFollower, limited
from navbench_gs.domain.action import Velocity, Waypoints
from navbench_gs.domain.rules import RULES_V0
from navbench_gs.world.follower import Follower
from navbench_gs.world.follower import limited as limited_one

ROBOTS, HORIZON, PERIOD_S, TICK_S = 64, 10, 0.25, 0.05


def plans(rng: np.random.Generator) -> np.ndarray:
    """Curves of all speeds; some stand, some jump, some lead backwards."""
    steps = rng.normal([0.15, 0.0], [0.15, 0.1], (ROBOTS, HORIZON, 2))
    steps[:4] = 0.0
    steps[4:8, 3:6] = 0.0
    return np.cumsum(steps, axis=1)


def test_many_followers_command_what_the_judges_follower_does():
    rng = np.random.default_rng(0)
    batch = BatchFollower(ROBOTS, HORIZON, PERIOD_S, RULES_V0)
    alone = [Follower(RULES_V0) for _ in range(ROBOTS)]
    poses = rng.normal(0.0, 2.0, (ROBOTS, 3))
    assert not batch.command(torch.tensor(poses, dtype=torch.float32), TICK_S).any()
    for tick in range(60):
        if tick in (0, 5, 10):
            points = plans(rng)
            batch.follow(torch.tensor(points, dtype=torch.float32), torch.tensor(poses, dtype=torch.float32))
            for follower, path, pose in zip(alone, points, poses, strict=True):
                follower.follow(Waypoints(path, PERIOD_S), pose, tick * TICK_S)
        ours = batch.command(torch.tensor(poses, dtype=torch.float32), TICK_S).numpy()
        theirs = [follower.command(pose, tick * TICK_S) for follower, pose in zip(alone, poses, strict=True)]
        expected = np.array([[command.speed_mps, command.yaw_rate_rps] for command in theirs])
        np.testing.assert_allclose(ours, expected, atol=2e-3, err_msg=f"tick {tick}")
        move = expected * TICK_S
        poses = poses + np.stack([move[:, 0] * np.cos(poses[:, 2]), move[:, 0] * np.sin(poses[:, 2]), move[:, 1]], 1)
    assert not ours.any()  # the last plan is older than the hold time


def test_commands_are_limited_as_the_judge_limits_them():
    commands = np.array([[-1.0, 0.3], [9.0, -9.0], [0.4, 2.0]])
    expected = [limited_one(Velocity(*command), RULES_V0) for command in commands]
    np.testing.assert_allclose(
        limited(torch.tensor(commands), RULES_V0), [(one.speed_mps, one.yaw_rate_rps) for one in expected]
    )
