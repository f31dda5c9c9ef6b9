"""What a frozen encoder sees in every moment of a clip, worked out once and kept on disk. T moments, D width."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from baselines.data.citywalk_clips import CityClip
from baselines.data.video import frames_at
from baselines.preprocess import unit_tensor
from navbench_gs.domain.record import text_digest
from navbench_gs.errors import DamagedFileError

Encode = Callable[[Tensor], Tensor]
"""(1, 3, rows, columns) in [0, 1] -> (1, D)."""


def encoder_digest(encoder: nn.Module) -> str:
    """Of an encoder's weights, so that features of another one are never taken for its own."""
    sums = [f"{name} {value.double().sum().item()!r}" for name, value in sorted(encoder.state_dict().items())]
    return text_digest("\n".join(sums))


@torch.no_grad()
def clip_features(clip: CityClip, encode: Encode, encoder: str, folder: Path) -> NDArray[np.float16]:
    """(T, D) mapped from a file in ``folder``, which is made when it is not there.

    Raises:
        DamagedFileError: the video cannot be read.
    """
    try:
        facts = clip.video.stat()
    except OSError as error:
        raise DamagedFileError(f"cannot read video {clip.video}: {error}") from error
    key = text_digest(f"{encoder} {clip.video.resolve()} {facts.st_size} {facts.st_mtime_ns} {len(clip.positions)}")
    file = folder / f"features-{key}.npy"
    if not file.exists():
        folder.mkdir(parents=True, exist_ok=True)
        frames = frames_at(clip.video, clip.times_s.tolist())
        features = torch.cat([encode(unit_tensor(frame).unsqueeze(0)).cpu() for frame in frames])
        partial = folder / f".{file.stem}-{os.getpid()}.npy"
        np.save(partial, features.half().numpy())
        partial.replace(file)
    stored: NDArray[np.float16] = np.load(file, mmap_mode="r")
    return stored
