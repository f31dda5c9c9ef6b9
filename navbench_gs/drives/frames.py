"""Pictures on their way into a network: one size for all cameras, and the last k of them while driving."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from navbench_gs.errors import DamagedFileError

Bytes = NDArray[np.uint8]


def resized(picture: Bytes, width_px: int, height_px: int) -> Bytes:
    """A picture (H, W, 3), cropped about its centre to the aspect asked for, then scaled (bilinear, antialiased)."""
    height, width = picture.shape[:2]
    crop_width = min(width, height * width_px / height_px)
    crop_height = crop_width * height_px / width_px
    left, top = (width - crop_width) / 2, (height - crop_height) / 2
    scaled = Image.fromarray(picture).resize(
        (width_px, height_px), Image.Resampling.BILINEAR, box=(left, top, left + crop_width, top + crop_height)
    )
    return np.asarray(scaled)


def read_picture(path: Path) -> Bytes:
    """One picture file as it is, (H, W, 3) RGB.

    Raises:
        DamagedFileError: the file is absent or no picture.
    """
    try:
        with Image.open(path) as picture:
            return np.asarray(picture.convert("RGB"))
    except (OSError, SyntaxError, Image.DecompressionBombError) as error:
        raise DamagedFileError(f"cannot read picture {path}: {error}") from error


def read_frame(path: Path, width_px: int, height_px: int) -> Bytes:
    """One picture file as (height_px, width_px, 3) bytes.

    Raises:
        DamagedFileError: the file is absent or no picture.
    """
    return resized(read_picture(path), width_px, height_px)


def history_indices(moment: int, length: int) -> list[int]:
    """The last ``length`` moments up to ``moment``, oldest first; before the drive began, its first moment."""
    return [max(0, moment - age) for age in range(length - 1, -1, -1)]
