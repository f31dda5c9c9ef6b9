"""A run through the yard, driven once, and the file it packs into."""

from __future__ import annotations

from pathlib import Path

import pytest

from leaderboard.submissions.submission import pack_run
from tests.leaderboard.submissions.driven_run import CARD, drive


@pytest.fixture(scope="session")
def suite(yard) -> str:
    return str(yard.scene.folder.parent)


@pytest.fixture(scope="session")
def driven(suite, tmp_path_factory) -> Path:
    """A run folder."""
    return drive(tmp_path_factory.mktemp("driven") / "run", suite)


@pytest.fixture(scope="session")
def card(tmp_path_factory) -> Path:
    """A card file."""
    path = tmp_path_factory.mktemp("card") / "card.yaml"
    path.write_text(CARD)
    return path


@pytest.fixture(scope="session")
def packed(driven, card, tmp_path_factory) -> Path:
    """The submission's file."""
    return pack_run(driven, card, tmp_path_factory.mktemp("packed") / "straight.navbench.zip")
