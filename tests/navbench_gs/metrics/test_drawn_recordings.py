"""Every drawing in tests/data/recordings is scored as it says."""

import json
from pathlib import Path

import pytest

from navbench_gs.domain.rules import RULES_V0
from navbench_gs.errors import EmptyTrajectoryError
from navbench_gs.metrics.score import score

FOLDER = Path(__file__).parents[2] / "data" / "recordings"
DRAWINGS = {path.stem: json.loads(path.read_text()) for path in sorted(FOLDER.glob("*.json"))}


@pytest.mark.parametrize("name", [name for name, drawing in DRAWINGS.items() if "expected" in drawing])
def test_drawn_recording_has_the_expected_score(name, draw):
    drawing = DRAWINGS[name]
    scored = score(*draw(drawing), RULES_V0).model_dump()
    expected = {key: pytest.approx(value, abs=1e-6) for key, value in drawing["expected"].items()}
    assert {key: scored[key] for key in expected} == expected


@pytest.mark.parametrize("name", [name for name, drawing in DRAWINGS.items() if "refused" in drawing])
def test_drawn_recording_is_refused(name, draw):
    with pytest.raises(EmptyTrajectoryError, match=DRAWINGS[name]["refused"]):
        score(*draw(DRAWINGS[name]), RULES_V0)


def test_every_drawing_expects_or_refuses_something():
    assert DRAWINGS
    assert all(("expected" in drawing) != ("refused" in drawing) for drawing in DRAWINGS.values())
