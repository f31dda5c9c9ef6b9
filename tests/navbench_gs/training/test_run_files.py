import json

import pytest
import torch

from navbench_gs.training.run_files import LOG_FILE, STATE_FILE, log_row, save_state


def test_rows_are_appended_to_the_log_in_six_digits(tmp_path):
    log_row(tmp_path, {"step": 1.0, "loss": 0.123456789})
    log_row(tmp_path, {"step": 2.0})
    rows = [json.loads(line) for line in (tmp_path / LOG_FILE).read_text().splitlines()]
    assert rows == [{"step": 1.0, "loss": 0.123457}, {"step": 2.0}]


def test_a_state_that_cannot_be_saved_leaves_the_one_before(tmp_path):
    save_state(tmp_path, {"step": 1})
    with pytest.raises(Exception, match="pickle"):
        save_state(tmp_path, {"step": lambda: 2})
    assert torch.load(tmp_path / STATE_FILE, weights_only=True) == {"step": 1}
