"""Repositories in the published layouts, and a hub that serves them from the disk."""

from __future__ import annotations

import hashlib
import inspect
import json
import shutil
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import huggingface_hub
import numpy as np
import pytest
from huggingface_hub.hf_api import DatasetInfo

from navbench_gs.domain.cloud import GaussianCloud
from navbench_gs.splats.formats import write_splats

REAL_DOWNLOAD = inspect.signature(huggingface_hub.hf_hub_download)
SMALL = 4000
"""Bytes below which the hub keeps no SHA-256."""


@dataclass
class FakeHub:
    """What ``huggingface_hub`` is to the fetching code, over folders named for their repositories."""

    root: Path
    licence: str | None = "apache-2.0"
    downloads: list[str] = field(default_factory=list)
    broken_after: int | None = None
    """Files after which the line breaks."""
    spoiled: str | None = None
    """A file that arrives with other bytes."""

    def stand_in(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Answer for the real hub until the end of the test."""
        monkeypatch.setattr(huggingface_hub, "HfApi", lambda: self)
        monkeypatch.setattr(huggingface_hub, "hf_hub_download", self.hf_hub_download)

    def dataset_info(self, repository: str, *, files_metadata: bool) -> Any:
        assert files_metadata
        folder = self.root / repository
        if not folder.is_dir():
            raise ConnectionError("[Errno -2] Name or service not known")
        files = [self._entry(folder, path) for path in sorted(folder.rglob("*")) if path.is_file()]
        return DatasetInfo(
            id=repository,
            sha="0123456789abcdef",
            siblings=[*files, {"rfilename": "../../outside.ply", "size": 9}],
            cardData={"license": self.licence} if self.licence else None,
            tags=[],
            private=False,
            disabled=False,
            downloads=0,
            likes=0,
        )

    def hf_hub_download(self, repository: str, name: str, *, repo_type: str, revision: str, local_dir: str) -> str:
        REAL_DOWNLOAD.bind(repository, name, repo_type=repo_type, revision=revision, local_dir=local_dir)
        assert repo_type == "dataset" and revision == "0123456789abcdef"
        if self.broken_after is not None and len(self.downloads) >= self.broken_after:
            raise ConnectionError("the line broke")
        target = Path(local_dir) / name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(self.root / repository / name, target)
        if name == self.spoiled:
            target.write_bytes(b"x" * target.stat().st_size)
        self.downloads.append(name)
        return str(target)

    @staticmethod
    def _entry(folder: Path, path: Path) -> dict[str, Any]:
        size, name = path.stat().st_size, path.relative_to(folder).as_posix()
        if size < SMALL:
            return {"rfilename": name, "size": size}
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
        return {"rfilename": name, "size": size, "lfs": {"size": size, "sha256": digest, "pointerSize": 134}}


def write_mesh(path: Path, vertices: np.ndarray, faces: np.ndarray) -> None:
    """A triangle mesh as Open3D writes it: binary PLY of doubles."""
    header = (
        f"ply\nformat binary_little_endian 1.0\nelement vertex {len(vertices)}\nproperty double x\nproperty double y\n"
        f"property double z\nelement face {len(faces)}\nproperty list uchar int vertex_indices\nend_header\n"
    )
    rows = np.empty(len(faces), dtype=[("n", "u1"), ("corners", "<i4", 3)])
    rows["n"], rows["corners"] = 3, faces
    path.write_bytes(header.encode() + np.asarray(vertices, dtype="<f8").tobytes() + rows.tobytes())


def vid2sim_scene(
    repository: Path, number: str, cloud: GaussianCloud, mesh: tuple[np.ndarray, np.ndarray], config: str
) -> None:
    """One scene of ``UCLA-VAIL/NavBenchGS``."""
    raw, tensors = repository / "vid2sim_raw" / number, repository / "vid2sim_torch" / number
    raw.mkdir(parents=True)
    tensors.mkdir(parents=True)
    write_splats(cloud, raw / "point_cloud.ply")
    write_splats(cloud, tensors / "splats.pt")
    write_mesh(raw / "tsdf_fusion_post.ply", *mesh)
    (raw / "tsdf_fusion_post.usd").write_bytes(b"PXR-USDC" + bytes(5000))
    (raw / "config.yaml").write_text(config)


def sidewalkbench_scene(
    repository: Path, name: str, cloud: GaussianCloud, mesh: tuple[np.ndarray, np.ndarray], annotation: Any
) -> None:
    """One scene of ``UCLA-VAIL/SidewalkBench-GS-Assets``."""
    folder = repository / name
    folder.mkdir(parents=True)
    write_splats(cloud, folder / "gs.ply")
    write_mesh(folder / "mesh.ply", *mesh)
    np.savez_compressed(folder / "walkable.npz", walkable=np.ones((40, 40), bool))
    np.savez_compressed(folder / "semantic_grid_0p1m.npz", grid=np.zeros((20, 20), np.uint8))
    (folder / "centerlines.json").write_text("[]")
    (folder / "annotation.json").write_text(json.dumps(annotation))
