"""What a frozen encoder sees in every moment of a drive, worked out once and kept on disk. T moments, D width."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from baselines.data.citywalk_clips import CityClip
from baselines.data.frame_store import files_digest
from baselines.data.teleop_drives import TeleopDrive
from baselines.data.video import Bytes, frames_at
from baselines.preprocess import unit_tensor
from navbench_gs.domain.record import text_digest
from navbench_gs.drives.frames import read_picture

Encode = Callable[[Tensor], Tensor]
"""(1, 3, rows, columns) in [0, 1] -> (1, D)."""


def encoder_digest(encoder: nn.Module, cut: str) -> str:
    """Of an encoder's weights and of how its pictures are cut, so that other features are never taken for its own."""
    sums = [f"{name} {value.double().sum().item()!r}" for name, value in sorted(encoder.state_dict().items())]
    return text_digest("\n".join([*sums, cut]))


def clip_features(clip: CityClip, encode: Encode, encoder: str, folder: Path) -> NDArray[np.float16]:
    """(T, D) of a clip, mapped from a file in ``folder``, which is made when it is not there.

    Raises:
        DamagedFileError: the video cannot be read.
    """
    key = files_digest([clip.video], f"{encoder} {len(clip.positions)}")
    return _stored(key, lambda: frames_at(clip.video, clip.times_s.tolist()), encode, folder)


def drive_features(drive: TeleopDrive, encode: Encode, encoder: str, folder: Path) -> NDArray[np.float16]:
    """The same of a teleoperated drive.

    Raises:
        DamagedFileError: a picture cannot be read.
    """
    key = files_digest(drive.pictures, encoder)
    return _stored(key, lambda: map(read_picture, drive.pictures), encode, folder)


@torch.no_grad()
def _stored(key: str, frames: Callable[[], Iterable[Bytes]], encode: Encode, folder: Path) -> NDArray[np.float16]:
    file = folder / f"features-{key}.npy"
    if not file.exists():
        folder.mkdir(parents=True, exist_ok=True)
        features = torch.cat([encode(unit_tensor(frame).unsqueeze(0)).cpu() for frame in frames()])
        partial = folder / f".{file.stem}-{os.getpid()}.npy"
        np.save(partial, features.half().numpy())
        partial.replace(file)
    stored: NDArray[np.float16] = np.load(file, mmap_mode="r")
    return stored
