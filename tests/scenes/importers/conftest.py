"""One small capture, imported once for all tests here."""

from __future__ import annotations

import pytest

from navbench_gs.splats.formats import write_splats
from scenes.importers.alignment import ScaleHints
from scenes.importers.capture import import_capture
from scenes.importers.options import CaptureOptions

from .courtyard import AWAY, UNITS_PER_METRE, captured_courtyard

GIVEN_START, GIVEN_GOAL = (-4.0, -5.0, 0.0), (5.0, 4.0, 0.0)


@pytest.fixture(scope="session")
def capture_file(tmp_path_factory):
    """The courtyard as a trainer would leave it."""
    path = tmp_path_factory.mktemp("captures") / "point_cloud.ply"
    write_splats(captured_courtyard(), path)
    return path


@pytest.fixture(scope="session")
def imported(capture_file, tmp_path_factory):
    """The scene that was made of it; its first episodes have a given start and goal."""
    pair = tuple(tuple(AWAY.applied_to(end).tolist()) for end in (GIVEN_START, GIVEN_GOAL))
    options = CaptureOptions(
        licence="CC0-1.0", scale=ScaleHints(metres_per_unit=1.0 / UNITS_PER_METRE), given=(pair,), notes=("made here",)
    )
    return import_capture(capture_file, tmp_path_factory.mktemp("suite") / "courtyard_00", options)
