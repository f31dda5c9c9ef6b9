"""Checkpoints of gsplat's trainer (``.pt``): a dict of tensors, named ``means``, ``quats``, ``scales`` (logarithms),
``opacities`` (logits), ``sh0`` (N, 1, 3) and ``shN`` (N, K - 1, 3), itself under the name ``splats``.

Read with ``weights_only`` and memory-mapped: nothing in the file is run, and no tensor can be larger than the file.
"""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from navbench_gs.domain.cloud import GaussianCloud
from navbench_gs.errors import DamagedFileError, one_line
from navbench_gs.splats.activation import logits_of, opacities_of, scales_of, unit_quaternions
from navbench_gs.splats.limits import require_readable
from navbench_gs.splats.stored_zip import require_stored_zip

if TYPE_CHECKING:
    import torch

WRAPPERS = ("splats", "state_dict", "gaussians")
"""Names under which trainers put the dict of tensors, the first being gsplat's."""
ALIASES = {
    "means": ("means", "means3d", "xyz"),
    "quats": ("quats", "rotations"),
    "scales": ("scales",),
    "opacities": ("opacities", "opacity"),
    "sh0": ("sh0", "features_dc"),
    "shN": ("shN", "features_rest"),
}
"""Quantity -> names it has in gsplat (first) and in trainers descended from it."""
PREFIXES = ("", "_", "gauss_params.", "params.", "splats.")


def read_checkpoint(path: Path) -> GaussianCloud:
    """The Gaussians of a trainer's checkpoint, degree 0 to 3.

    Raises:
        DamagedFileError: absent, truncated, not such a checkpoint, asking for more than tensors, or unsound.
    """
    require_stored_zip(path)
    tensors = _tensors(path)
    found = {quantity: _array(path, tensors, quantity) for quantity in ALIASES if quantity != "shN"}
    count = len(found["means"])
    constant = found["sh0"].reshape(count, 1, 3) if found["sh0"].size == 3 * count else found["sh0"]
    higher = _array(path, tensors, "shN") if _named(tensors, "shN") else np.empty((count, 0, 3), dtype=np.float32)
    try:
        sh = np.concatenate([constant, higher], axis=1)
    except ValueError as error:
        raise DamagedFileError(f"{path}: sh0 {constant.shape} and shN {higher.shape} do not fit: {error}") from error
    quats = found["quats"]
    return GaussianCloud(
        means=found["means"],
        quats=unit_quaternions(quats) if quats.ndim == 2 else quats,
        scales=scales_of(found["scales"]),
        opacities=opacities_of(found["opacities"]).reshape(-1),
        sh=sh,
    ).validated(str(path))


def write_checkpoint(cloud: GaussianCloud, path: Path) -> None:
    """Write a cloud as a checkpoint that gsplat's viewer and trainer read.

    Means, quaternions and harmonics are read back bit for bit; scales, stored as logarithms, to 2e-6 of their size;
    opacities, stored as logits, to 2e-6, those within 1e-6 of 0 and 1 moved that far inside.
    """
    import torch

    arrays = {
        "means": cloud.means,
        "quats": cloud.quats,
        "scales": np.log(cloud.scales.astype(np.float64)),
        "opacities": logits_of(cloud.opacities),
        "sh0": cloud.sh[:, :1],
        "shN": cloud.sh[:, 1:],
    }
    splats = {name: torch.tensor(array, dtype=torch.float32) for name, array in arrays.items()}
    with path.open("wb") as file:  # by its path, torch would write the file's name into it
        torch.save({"step": 0, "splats": splats}, file)


def _tensors(path: Path) -> dict[str, torch.Tensor]:
    """Name -> tensor, of the innermost dict that holds them."""
    import torch

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # torch warns of damage that it then raises on
            content = torch.load(str(path), map_location="cpu", weights_only=True, mmap=True)
    except Exception as error:  # torch raises a dozen kinds on damaged files
        raise DamagedFileError(f"{path} is refused: {one_line(error)}") from error
    for wrapper in WRAPPERS:
        if isinstance(content, Mapping) and isinstance(content.get(wrapper), Mapping):
            content = content[wrapper]
    if not isinstance(content, Mapping):
        raise DamagedFileError(f"{path} holds {type(content).__name__}, expected a dict of tensors")
    return {name: value for name, value in content.items() if isinstance(name, str) and torch.is_tensor(value)}


def _named(tensors: dict[str, torch.Tensor], quantity: str) -> str | None:
    """The name of a quantity in this file."""
    candidates = (prefix + alias for alias in ALIASES[quantity] for prefix in PREFIXES)
    return next((name for name in candidates if name in tensors), None)


def _array(path: Path, tensors: dict[str, torch.Tensor], quantity: str) -> NDArray[Any]:
    """A quantity as float32."""
    import torch

    name = _named(tensors, quantity)
    if name is None:
        shown = ", ".join(sorted(tensors)[:12]) or "none"
        raise DamagedFileError(f"{path}: no tensor '{quantity}' among its tensors ({shown})")
    tensor = tensors[name]
    if not tensor.is_floating_point() or not tensor.is_contiguous() or tensor.layout != torch.strided:
        raise DamagedFileError(f"{path}: '{name}' is no plain tensor of floats")
    require_readable(path, tensor.shape[0] if tensor.dim() else 0)
    if tensor.dim() == 0 or tensor.numel() * tensor.element_size() > path.stat().st_size:
        raise DamagedFileError(f"{path}: '{name}' has shape {tuple(tensor.shape)}, which the file cannot hold")
    return np.array(tensor.detach().to(torch.float32).numpy(), dtype=np.float32)
