"""Pictures as the published networks were given them. H and W pixels, B batch."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image
from torch import Tensor

IMAGENET_MEAN = (0.485, 0.456, 0.406)
IMAGENET_DEVIATION = (0.229, 0.224, 0.225)
TRAINING_ASPECT = 4 / 3

Picture = NDArray[np.uint8]
"""(H, W, 3) RGB."""


def cropped_to_training_aspect(picture: Picture) -> Picture:
    """The middle of a picture at 4:3, as it was cut for training: a wide one keeps its height.

    Any other keeps its width, three quarters of which become the height. On the robot nothing is cut.
    """
    height, width = picture.shape[:2]
    wide = (height, int(height * TRAINING_ASPECT))
    return _middle(picture, wide if width > height else (int(width / TRAINING_ASPECT), width))


def _middle(picture: Picture, size: tuple[int, int]) -> Picture:
    """The middle rows and columns; where the picture is too small for them, black fills the rest."""
    rows, columns = size
    missing_rows, missing_columns = max(0, rows - picture.shape[0]), max(0, columns - picture.shape[1])
    above, left = missing_rows // 2, missing_columns // 2
    padded = np.pad(picture, ((above, missing_rows - above), (left, missing_columns - left), (0, 0)))
    top, start = round((padded.shape[0] - rows) / 2), round((padded.shape[1] - columns) / 2)
    return padded[top : top + rows, start : start + columns]


def resized(picture: Picture, width_px: int, height_px: int) -> Picture:
    """A picture scaled to a size, whatever its aspect (PIL, bicubic)."""
    scaled = Image.fromarray(picture).resize((width_px, height_px), Image.Resampling.BICUBIC)
    return np.asarray(scaled)


def unit_tensor(picture: Picture) -> Tensor:
    """(H, W, 3) bytes -> (3, H, W) in [0, 1]."""
    return torch.from_numpy(np.array(picture)).permute(2, 0, 1).float() / 255.0


def normalised(picture: Tensor) -> Tensor:
    """(..., 3, H, W) in [0, 1] -> the same with ImageNet's mean taken off, in units of its deviation."""
    mean = picture.new_tensor(IMAGENET_MEAN).view(3, 1, 1)
    deviation = picture.new_tensor(IMAGENET_DEVIATION).view(3, 1, 1)
    return (picture - mean) / deviation


def frame_tensor(picture: Picture, width_px: int, height_px: int) -> Tensor:
    """A camera picture (H, W, 3) as an image network reads one frame: (3, height_px, width_px)."""
    return normalised(unit_tensor(resized(picture, width_px, height_px)))
