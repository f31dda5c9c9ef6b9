import numpy as np
import pytest

from navbench_gs.drives.frames import history_indices, read_frame, read_picture, resized
from navbench_gs.errors import DamagedFileError


def test_a_square_picture_is_cropped_above_and_below_to_four_by_three():
    picture = np.zeros((96, 96, 3), dtype=np.uint8)
    picture[12:84] = 200  # the middle 72 rows: exactly what 4:3 keeps of a width of 96
    assert (resized(picture, 96, 72) == 200).all()


def test_scaling_keeps_the_mean_of_a_picture():
    picture = np.random.Generator(np.random.PCG64(0)).integers(0, 256, (120, 160, 3)).astype(np.uint8)
    assert abs(resized(picture, 40, 30).mean() - picture.mean()) < 1.0


def test_before_the_first_picture_history_repeats_it():
    assert history_indices(1, 4) == [0, 0, 0, 1]
    assert history_indices(9, 3) == [7, 8, 9]


def test_a_picture_file_comes_back_in_the_size_asked_for(tmp_path):
    from PIL import Image

    Image.fromarray(np.full((120, 160, 3), 90, dtype=np.uint8)).save(tmp_path / "0.jpg")
    frame = read_frame(tmp_path / "0.jpg", 96, 72)
    assert frame.shape == (72, 96, 3) and abs(int(frame.mean()) - 90) <= 2


@pytest.mark.parametrize(
    "content", [None, b"", b"<html>", b"\x89PNG\r\n\x1a\n12"], ids=["absent", "empty", "page", "cut"]
)
def test_what_is_no_picture_is_one_line(tmp_path, content):
    if content is not None:
        (tmp_path / "0.png").write_bytes(content)
    with pytest.raises(DamagedFileError, match=r"cannot read picture .*0\.png"):
        read_picture(tmp_path / "0.png")
