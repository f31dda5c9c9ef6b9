import json

import numpy as np
import pytest
from click.testing import CliRunner

from s2e_agent.cli.main import main


def s2e(*arguments):
    return CliRunner().invoke(main, [str(argument) for argument in arguments], catch_exceptions=False)


@pytest.fixture(scope="module")
def trained(drives, tmp_path_factory):
    """Weights of a debug run by the command, as a user would make them."""
    out = tmp_path_factory.mktemp("run")
    found = s2e("pretrain", "--preset", "debug", "--data", f"{drives}:1", "--out", out, "--device", "cpu")
    assert found.exit_code == 0 and "sha256" in found.output
    return out / "policy.safetensors"


def test_pretraining_leaves_weights_facts_a_log_and_pictures(trained):
    names = {path.name for path in trained.parent.iterdir()}
    assert {"policy.json", "log.jsonl", "data.json", "preset.json", "first_batch.png", "modes.png"} <= names
    facts = json.loads((trained.parent / "policy.json").read_text())
    assert facts["preset"] == "debug" and facts["data"]["typical_step_m"] == pytest.approx(0.25)
    assert str(trained.parent.parent) not in json.dumps(facts)


def test_open_loop_and_drift_tell_numbers(trained, drives):
    errors = json.loads(s2e("open-loop", "--weights", trained, "--data", drives).output)
    assert np.isfinite(list(errors.values())).all()
    found = json.loads(s2e("drift", trained, trained, "--images", drives, "--most", 20).output)
    (about,) = found.values()
    assert about["drift"]["encoder"] == 0.0 and about["drift"]["pictures"] == 20
    assert about["open_loop_before"] == about["open_loop_after"] == errors


def test_a_device_that_is_none_is_one_line(drives, tmp_path):
    found = s2e("pretrain", "--preset", "debug", "--data", drives, "--out", tmp_path, "--device", "toaster")
    assert found.exit_code == 2 and "'toaster' is no device here" in found.output
