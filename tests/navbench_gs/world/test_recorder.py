import numpy as np
import pytest

from navbench_gs.domain.action import Velocity
from navbench_gs.domain.rules import RULES_V0
from navbench_gs.domain.state import WorldState
from navbench_gs.terrain.routes import cost_to_go
from navbench_gs.world.bullet import OBSTACLE, SCENE, Touch
from navbench_gs.world.recorder import Recorder


def state(x, y=-6.0, pedestrians=0):
    return WorldState(
        0.0, np.array([x, y, 0.1]), np.array([1.0, 0.0]), np.zeros((pedestrians, 3)), np.zeros((pedestrians, 2))
    )


def test_a_recording_holds_each_tick_its_command_its_contacts_and_the_decisions(yard):
    episode = yard.episode()
    recorder = Recorder(episode, RULES_V0, state(-6.0, pedestrians=2))
    recorder.decided()
    recorder.ticked(Velocity(1.0, 0.2), (), state(0.0, 0.0, pedestrians=2))
    recorder.ticked(Velocity(0.5, 0.0), (Touch(SCENE, 0, 0.7), Touch(OBSTACLE, 3, 0.1)), state(3.0, pedestrians=2))
    recorder.decided()
    grid = yard.terrain.grid
    recording = recorder.trajectory(cost_to_go(grid, episode.goal, clearance_m=0.5), grid, "fallen", "why")
    assert recording.poses.tolist() == [[-6.0, -6.0, 0.1], [0.0, 0.0, 0.1], [3.0, -6.0, 0.1]]
    assert recording.commands.tolist() == [[1.0, 0.2], [0.5, 0.0]]
    assert recording.pedestrians.shape == (3, 2, 3)
    assert recording.remaining_m[2] == pytest.approx(3.0, abs=0.15)
    assert recording.on_walkable.tolist() == [True, False, True], "the second pose is inside the wall"
    assert recording.contact_tick.tolist() == [2, 2]
    assert recording.contact_kind.tolist() == [SCENE, OBSTACLE]
    assert recording.contact_actor.tolist() == [0, 3]
    assert recording.contact_approach_mps.tolist() == [0.7, 0.1]
    assert recording.decision_ticks.tolist() == [0, 2]
    assert (recording.ended, recording.message) == ("fallen", "why")
    assert (recording.episode, recording.rules) == (episode.digest(), RULES_V0.digest())


def test_a_recording_without_a_tick_is_one_pose(yard):
    grid = yard.terrain.grid
    recorder = Recorder(yard.episode(), RULES_V0, state(-6.0))
    recording = recorder.trajectory(cost_to_go(grid, (6.0, -6.0), clearance_m=0.5), grid, "agent-error")
    assert recording.poses.shape == (1, 3)
    assert recording.commands.shape == (0, 2)
    assert recording.pedestrians.shape == (1, 0, 3)
    assert recording.contact_tick.shape == (0,)
