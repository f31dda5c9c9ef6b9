import numpy as np
import pytest
from PIL import Image

from navbench_gs.agents.oracle.agent import OracleAgent
from navbench_gs.domain.agent import CameraNeed
from navbench_gs.drives.layout import read_clip
from navbench_gs.drives.undrawn import UNDRAWN_FILE, read_undrawn
from navbench_gs.errors import DamagedFileError, NavBenchError
from navbench_gs.evaluation.executors import Finished
from navbench_gs.recording import dataset_recorder as record
from navbench_gs.recording import rendering as drawing
from navbench_gs.recording.dataset_recorder import DrivePlan, record_drive
from navbench_gs.recording.drive_recorder import TeacherDrives
from navbench_gs.recording.rendering import DrawingDuty, draw_drives

HARDEST = "yard_1000-obstacle_ped-0"


@pytest.fixture
def in_the_yard(yard, monkeypatch):
    for module in (record, drawing):
        monkeypatch.setattr(module, "load_scene", lambda name: yard.scene)
    monkeypatch.setattr(record, "sample_episode", lambda scene, terrain, task, index: yard.episode(task))


def recorded(folder, *, draw):
    return record_drive(DrivePlan("yard_1000", 0, 0), TeacherDrives(), OracleAgent(), folder, draw=draw)


def drawn(folder, need):
    DrawingDuty(folder, need, "cpu").open(None)(HARDEST)


def test_a_drive_drawn_later_is_the_drive_drawn_at_once(in_the_yard, tmp_path):
    at_once, later = tmp_path / "at_once", tmp_path / "later"
    assert recorded(at_once, draw=True) == recorded(later, draw=False)
    with pytest.raises(DamagedFileError, match=f"no pictures yet: run 'navbench drives draw {later}'"):
        read_clip(later / HARDEST)
    drawn(later, CameraNeed())
    first, second = read_clip(at_once / HARDEST), read_clip(later / HARDEST)
    assert len(first.frames) == len(second.frames) and (first.plans == second.plans).all()
    for frames in zip(first.frames, second.frames, strict=True):
        one, other = (np.asarray(Image.open(frame)).astype(int) for frame in frames)
        assert np.abs(one - other).max() <= 2  # the ground's height is asked of two worlds
    assert not (later / HARDEST / UNDRAWN_FILE).exists()


def test_pictures_have_the_size_asked_for(in_the_yard, tmp_path):
    recorded(tmp_path, draw=False)
    drawn(tmp_path, CameraNeed(width_px=32, height_px=24))
    assert Image.open(tmp_path / HARDEST / "0.jpg").size == (32, 24)


def test_everything_that_moves_reads_back(in_the_yard, yard, tmp_path):
    report = recorded(tmp_path, draw=False)
    undrawn = read_undrawn(tmp_path / HARDEST / UNDRAWN_FILE)
    assert undrawn.episode.obstacles == yard.episode("obstacle_ped").obstacles
    assert len(undrawn.states) == report.frames and undrawn.states[4].time_s == pytest.approx(1.0)
    assert undrawn.states[0].pedestrians.shape == (2, 3)
    walked = np.stack([state.pedestrians[0, :2] for state in undrawn.states])
    assert np.hypot(*np.diff(walked, axis=0).T).max() == pytest.approx(0.3, abs=0.08)


def test_a_file_that_says_nothing_is_refused(tmp_path):
    (tmp_path / UNDRAWN_FILE).write_bytes(b"no archive")
    with pytest.raises(DamagedFileError, match="does not say what its pictures are to be drawn from"):
        read_undrawn(tmp_path / UNDRAWN_FILE)


def test_a_folder_is_drawn_drive_by_drive_and_what_fails_is_named(in_the_yard, tmp_path, monkeypatch):
    recorded(tmp_path, draw=False)
    told = []

    def work_through(duty, names, *, workers, group):
        assert (names, workers, group(names[0])) == ([HARDEST], 2, "yard_1000")
        yield drawing_result

    monkeypatch.setattr(drawing, "work_through", work_through)
    drawing_result = Finished(HARDEST, answer=HARDEST)
    assert draw_drives(tmp_path, CameraNeed(), "cpu", workers=2, report=lambda *said: told.append(said)) == 1
    assert told == [(HARDEST, 1, 1)]
    drawing_result = Finished(HARDEST, lost="it burnt")
    with pytest.raises(NavBenchError, match=f"could not draw {HARDEST}: it burnt"):
        draw_drives(tmp_path, CameraNeed(), "cpu", workers=2, report=lambda *said: None)
