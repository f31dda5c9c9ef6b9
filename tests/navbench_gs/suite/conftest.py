import shutil
from dataclasses import replace

import pytest


@pytest.fixture
def own_yard(yard, tmp_path, monkeypatch):
    """The yard in a folder and with a cache of its own, both free to be broken."""
    folder = tmp_path / "yard_00"
    shutil.copytree(yard.scene.folder, folder)
    monkeypatch.setenv("NAVBENCH_CACHE", str(tmp_path / "cache"))
    return replace(yard, scene=yard.scene.model_copy(update={"folder": folder}))
