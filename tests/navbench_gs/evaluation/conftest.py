"""The plugin of misbehaving agents, installed for this process and for the workers it spawns."""

from __future__ import annotations

import importlib
import os
from pathlib import Path

import pytest

PLUGINS = Path(__file__).parents[2] / "plugins"


@pytest.fixture(scope="session")
def misbehaving():
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(PLUGINS))
        patch.setenv("PYTHONPATH", os.pathsep.join([str(PLUGINS), os.environ.get("PYTHONPATH", "")]).rstrip(os.pathsep))
        yield importlib.import_module("misbehaving")
