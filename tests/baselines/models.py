"""The baselines' networks by the name of their published layout."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from torch import nn

from baselines.citywalker.model import FINE_TUNED, CityWalker
from baselines.gnm.model import GNM
from baselines.mbra.model import LogoNav, Relabeller
from baselines.nomad.model import NoMaD
from baselines.vint.model import LATE_FUSION, ViNT

LAYOUTS = Path(__file__).parents[1] / "data" / "layouts"
NETWORKS: dict[str, tuple[str, Callable[[], nn.Module]]] = {
    "gnm": ("gnm", GNM),
    "vint": ("vint", ViNT),
    "vint_late_fusion": ("vint_late_fusion", lambda: ViNT(LATE_FUSION)),
    "nomad": ("nomad", NoMaD),
    "logonav": ("logonav", LogoNav),
    "mbra": ("mbra", Relabeller),
    "citywalker": ("citywalker", CityWalker),
    "citywalker fine-tuned": ("citywalker", lambda: CityWalker(FINE_TUNED)),
}
"""Case -> (file in tests/data/layouts, the network)."""


def layout(name: str) -> list[tuple[str, tuple[int, ...], str]]:
    """(tensor, shape, type) of a published file, in its order."""
    lines = (LAYOUTS / f"{name}.txt").read_text().splitlines()[1:]
    return [_row(*line.split()) for line in lines]


def _row(tensor: str, shape: str, kind: str = "float32") -> tuple[str, tuple[int, ...], str]:
    return tensor, () if shape == "scalar" else tuple(int(size) for size in shape.split("x")), kind


def settled(network: nn.Module, *pictures: torch.Tensor) -> nn.Module:
    """The network in evaluation mode, its batch statistics those of ``pictures``, so that signals do not fade."""
    for layer in network.modules():
        if isinstance(layer, nn.BatchNorm2d):
            layer.momentum = 1.0
    with torch.no_grad():
        network.train()(*pictures)
    return network.eval()


def package_features(
    encoder: nn.Module, channels: int, *, groups: bool = False
) -> Callable[[torch.Tensor], torch.Tensor]:
    """EfficientNet-B0 of the package that the published files were trained with, with our tensors.

    With ``groups`` as NoMaD has it: channels // 16 groups at torch's own eps in the place of every batch
    normalisation. Returns what makes features of pictures.
    """
    package = pytest.importorskip("efficientnet_pytorch")
    reference = package.EfficientNet.from_name("efficientnet-b0", in_channels=channels).eval()
    for module in list(reference.modules()) if groups else []:
        for name, child in module.named_children():
            if isinstance(child, nn.BatchNorm2d):
                setattr(module, name, nn.GroupNorm(child.num_features // 16, child.num_features))
    reference.load_state_dict(encoder.state_dict(), strict=True)
    return lambda pictures: reference._avg_pooling(reference.extract_features(pictures)).flatten(1)
