"""Pictures on their way into the published networks."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from PIL import Image

from baselines.frame_stack import encoded_one_by_one, stacked, unstacked
from baselines.preprocess import cropped_to_training_aspect, frame_tensor, normalised, unit_tensor


def columns(height: int, width: int) -> np.ndarray:
    """A picture whose red is the column's number and green the row's."""
    picture = np.zeros((height, width, 3), dtype=np.uint8)
    picture[..., 0], picture[..., 1] = np.arange(width), np.arange(height)[:, None]
    return picture


def test_a_wide_picture_keeps_its_height():
    """60 x 100: 4/3 of 60 is 80, so columns 10 to 89."""
    cropped = cropped_to_training_aspect(columns(60, 100))
    assert cropped.shape == (60, 80, 3)
    assert (cropped[0, 0, 0], cropped[0, -1, 0]) == (10, 89)


def test_a_tall_picture_keeps_its_width():
    """100 x 60: 3/4 of 60 is 45, so rows 28 to 72 (27.5 is rounded to even)."""
    cropped = cropped_to_training_aspect(columns(100, 60))
    assert cropped.shape == (45, 60, 3)
    assert (cropped[0, 0, 1], cropped[-1, 0, 1]) == (28, 72)


def test_a_picture_a_little_wide_is_filled_with_black_to_4_to_3():
    """60 x 66: 80 columns asked, 7 black ones at either side."""
    cropped = cropped_to_training_aspect(columns(60, 66) + 1)
    assert cropped.shape == (60, 80, 3)
    assert cropped[0, 6:9, 0].tolist() == [0, 1, 2]


def test_a_frame_is_resized_bicubically_and_normalised():
    picture = np.random.default_rng(0).integers(0, 256, (120, 160, 3), dtype=np.uint8)
    frame = frame_tensor(picture, 85, 64)
    scaled = np.asarray(Image.fromarray(picture).resize((85, 64), Image.Resampling.BICUBIC)) / 255.0
    expected = (scaled - [0.485, 0.456, 0.406]) / [0.229, 0.224, 0.225]
    assert frame.shape == (3, 64, 85)
    assert frame.permute(1, 2, 0).numpy() == pytest.approx(expected, abs=1e-5)


def test_stacks_come_apart_in_order():
    frames = [normalised(unit_tensor(columns(4, 6) + number)) for number in range(3)]
    apart = unstacked(stacked(frames))
    assert apart.shape == (1, 3, 3, 4, 6)
    torch.testing.assert_close(apart[0, 1], frames[1])
    tokens = encoded_one_by_one(lambda each: each.flatten(1), apart)
    torch.testing.assert_close(tokens[0, 2], frames[2].flatten())
