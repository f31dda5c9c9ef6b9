import pytest

from navbench_gs.training.curves import FOLDER, Curves

pytest.importorskip("tensorboard")


def test_every_name_of_a_row_but_the_step_becomes_a_curve(tmp_path):
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    curves = Curves(tmp_path)
    curves.add({"step": 10.0, "score": 2.5}, 10)
    curves.add({"step": 20.0, "score": 1.5}, 20)
    found = EventAccumulator(str(tmp_path / FOLDER)).Reload()
    assert found.Tags()["scalars"] == ["score"]
    assert [(event.step, event.value) for event in found.Scalars("score")] == [(10, 2.5), (20, 1.5)]
