import numpy as np
import pytest

from navbench_gs.batched.training_ground import place_of, training_episode
from navbench_gs.domain.action import Velocity
from navbench_gs.domain.episode import ObstaclePlacement, PedestrianPlacement
from navbench_gs.domain.rules import RULES_V0
from navbench_gs.terrain.routes import cost_to_go
from navbench_gs.world.bullet import BulletWorld
from navbench_gs.world.recorder import Recorder
from tests.navbench_gs.world.replays import replayed

DRIVES, TICKS = 8, 120
DRIFT_M = 0.1


def recorded(yard, episode, commands):
    """A drive of the judge's robot under commands (T, 2)."""
    world = BulletWorld(yard.terrain, RULES_V0)
    recorder = Recorder(episode, RULES_V0, world.reset(episode))
    for command in commands:
        touches = world.tick(Velocity(*command))
        recorder.ticked(Velocity(*command), touches, world.state)
    world.close()
    return recorder.trajectory(
        cost_to_go(yard.terrain.grid, episode.goal, clearance_m=0.5), yard.terrain.grid, "fallen"
    )


def strolls(yard):
    """Episodes with things in the way, and commands that change every two seconds."""
    rng = np.random.default_rng(5)
    for number in range(DRIVES):
        start = (-7.0, float(rng.uniform(-7.0, 5.0)), float(rng.uniform(-0.5, 0.5)))
        things = tuple(
            ObstaclePlacement(kind=kind, pose=(-7.0 + ahead, start[1] + float(rng.uniform(-0.7, 0.7)), 0.3))
            for kind, ahead in (("crate", 2.5), ("cone", 4.0), ("crate", 5.5))
        )
        person = PedestrianPlacement(
            look="student", start=(-3.0, start[1], 3.14), goals=((-8.0, start[1]), (7.0, start[1])), speed_mps=1.0,
            radius_m=0.28, behaviour="blind",
        )  # fmt: skip
        commands = np.column_stack([rng.uniform(0.3, 1.2, TICKS // 40), rng.uniform(-0.5, 0.5, TICKS // 40)])
        people = (person,) * (number % 2)
        yield (
            yard.episode("obstacle_ped", start=start, obstacles=things, pedestrians=people),
            commands.repeat(40, axis=0),
        )


@pytest.fixture(scope="module")
def replays(yard):
    pairs = list(strolls(yard))
    judged = [recorded(yard, *pair) for pair in pairs]
    episodes = [training_episode(episode, place_of(yard.scene, RULES_V0), RULES_V0) for episode, _ in pairs]
    return replayed(episodes, judged, piece_s=5.0)


def test_onsets_of_contacts_agree_with_the_judges(replays):
    assert sum(bool(replay.judged.contact_tick.size) for replay in replays) >= DRIVES / 2
    assert sum(replay.begins_alike for replay in replays) >= 0.95 * DRIVES


def test_robots_that_touch_nothing_stay_near_the_judges(replays):
    assert max(replay.drift()[0] for replay in replays) < DRIFT_M
