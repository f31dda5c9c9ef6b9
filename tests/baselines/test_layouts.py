"""Every network has the tensors of its published file: names, order, shapes and types."""

from __future__ import annotations

import functools

import pytest
import torch

from tests.baselines.models import LAYOUTS, NETWORKS, layout


@functools.cache
def shapes_only(case: str) -> torch.nn.Module:
    """The network on the meta device: shapes without numbers."""
    with torch.device("meta"):
        return NETWORKS[case][1]()


@pytest.mark.parametrize("case", NETWORKS)
def test_a_network_has_the_tensors_of_its_published_file(case):
    name, network = NETWORKS[case][0], shapes_only(case)
    found = [
        (tensor, tuple(value.shape), str(value.dtype).removeprefix("torch."))
        for tensor, value in network.state_dict().items()
    ]
    assert found == layout(name)


@pytest.mark.parametrize("case", NETWORKS)
def test_a_network_has_as_many_parameters_as_its_published_one(case):
    name, network = NETWORKS[case][0], shapes_only(case)
    stated = (LAYOUTS / f"{name}.txt").read_text().split(" parameters")[0].split(" ")[-1]
    assert sum(parameter.numel() for parameter in network.parameters()) == int(stated)


def test_every_layout_belongs_to_a_network():
    assert {name for name, _ in NETWORKS.values()} == {path.stem for path in LAYOUTS.glob("*.txt")}
