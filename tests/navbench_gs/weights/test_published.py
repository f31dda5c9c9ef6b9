"""Published files are recognised by their tensors and converted without loss."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import torch

from navbench_gs.domain.record import file_digest
from navbench_gs.errors import WeightsError
from navbench_gs.weights.layouts import LAYOUTS, layout_of, shapes_digest
from navbench_gs.weights.published import convert, read_published
from tests.baselines.models import LAYOUTS as LAYOUT_FILES
from tests.baselines.models import layout


def tensors_of(name: str) -> dict[str, torch.Tensor]:
    """Numbers 0, 1, 2, ... in the shapes of a published file."""
    kinds = {"float32": torch.float32, "int64": torch.int64}
    return {
        tensor: torch.full(shape, number, dtype=kinds[kind])
        for number, (tensor, shape, kind) in enumerate(layout(name))
    }


@pytest.mark.parametrize("name", sorted(path.stem for path in LAYOUT_FILES.glob("*.txt")))
def test_every_published_layout_is_known_by_its_digest(name):
    known = {layout.name: layout for layout in LAYOUTS}[name]
    shapes = {tensor: shape for tensor, shape, _ in layout(name)}
    assert (shapes_digest(shapes), len(shapes)) == (known.digest, known.tensors)
    assert shapes[known.sign[0]] == known.sign[1]


def test_no_two_layouts_have_the_same_sign():
    assert len({layout.sign for layout in LAYOUTS}) == len(LAYOUTS)


@pytest.fixture(scope="module")
def gnm_file(tmp_path_factory) -> Path:
    path = tmp_path_factory.mktemp("published") / "gnm_large.pth"
    torch.save(tensors_of("gnm"), path)
    return path


def test_converting_keeps_every_number_and_the_publishers_hash(gnm_file, tmp_path):
    target = tmp_path / "gnm.safetensors"
    convert(gnm_file, target)
    again = read_published(target)
    assert again.layout.name == "gnm"
    assert again.sha256 == file_digest(gnm_file)
    expected = tensors_of("gnm")
    assert set(again.tensors) == set(expected)
    for name, tensor in expected.items():
        assert again.tensors[name].dtype == tensor.dtype
        torch.testing.assert_close(again.tensors[name], tensor, atol=0, rtol=0)
    beside = json.loads(target.with_suffix(".json").read_text())
    assert beside["published_sha256"] == file_digest(gnm_file)
    assert (beside["network"], beside["config"], beside["picture_px"]) == ("gnm", {}, [85, 64])


def test_a_retouched_layout_names_the_nearest():
    tensors = {name: torch.empty(shape, device="meta") for name, shape, _ in layout("vint")}
    del tensors["decoder.sa_layer.norm1.weight"]
    with pytest.raises(WeightsError, match="798 tensors resemble vint"):
        layout_of(tensors)


def test_another_network_is_refused(tmp_path):
    path = tmp_path / "other.pth"
    torch.save({"weight": torch.ones(3)}, path)
    with pytest.raises(WeightsError, match=r"other\.pth: its 1 tensors are those of no published network"):
        read_published(path)
    with pytest.raises(WeightsError, match="no weights at"):
        read_published(tmp_path / "absent.pth")


def test_only_safetensors_are_written(gnm_file, tmp_path):
    with pytest.raises(WeightsError, match=r"only \.safetensors"):
        convert(gnm_file, tmp_path / "gnm.pth")
