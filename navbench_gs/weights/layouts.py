"""The published networks' tensors, known by a digest of their names and shapes."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from navbench_gs.errors import WeightsError

if TYPE_CHECKING:
    from torch import Tensor

Shapes = Mapping[str, tuple[int, ...]]


@dataclass(frozen=True)
class Layout:
    """One published network."""

    name: str
    title: str
    tensors: int
    digest: str
    """See :func:`shapes_digest`."""
    sign: tuple[str, tuple[int, ...]]
    """A tensor and its shape, as no other layout here has them."""
    picture_px: tuple[int, int]
    """Width and height of its pictures."""
    network: str = ""
    """The baseline it belongs to, where that has another name."""
    config: Mapping[str, Any] = field(default_factory=dict)
    """How the baseline's configuration differs from its defaults."""

    def facts(self) -> dict[str, Any]:
        """What an agent must know to make the network."""
        return {
            "layout": self.name,
            "network": self.network or self.name,
            "config": dict(self.config),
            "picture_px": list(self.picture_px),
        }


LAYOUTS = (
    Layout(
        "gnm",
        "GNM",
        638,
        "c8104d95430a11e1177adb8cd1a465924a68bf46a6b6979e3ec6523a208d07cb",
        ("obs_mobilenet.0.0.weight", (32, 18, 3, 3)),
        (85, 64),
    ),
    Layout(
        "vint",
        "ViNT",
        799,
        "edd76ae3834fad866afea3876315d308b98e5f50c5f485f1672ae832fee60d99",
        ("decoder.positional_encoding.pos_enc", (1, 7, 512)),
        (85, 64),
    ),
    Layout(
        "vint_late_fusion",
        "ViNT, late fusion",
        799,
        "9c0f944e35ff5a97e93d4d5de5b840e8f739dfef09d903470b72cfddf744b39e",
        ("decoder.positional_encoding.pos_enc", (1, 2, 512)),
        (85, 64),
        network="vint",
        config={"context": 0, "late_fusion": True},
    ),
    Layout(
        "nomad",
        "NoMaD",
        645,
        "190f0f1b386d82aaf9a502ae80a1969cf7eeffeec6d1bfa3464c3e0a38266ea3",
        ("noise_pred_net.final_conv.1.weight", (2, 64, 1)),
        (96, 96),
    ),
    Layout(
        "logonav",
        "LogoNav (MBRA's policy)",
        437,
        "3d19075008d0abaf6110cd447487a3b7a1a161cbae8c0e7b62f0fc0273756665",
        ("local_goal.0.weight", (1024, 4)),
        (96, 96),
    ),
    Layout(
        "mbra",
        "MBRA's relabeller",
        799,
        "08cc50451155948a4f4cfbd9976de9fa765a045d0e107767a30a4167e4a640c7",
        ("decoder.positional_encoding.pos_enc", (1, 21, 1024)),
        (96, 96),
    ),
    Layout(
        "citywalker",
        "CityWalker (feature variant)",
        397,
        "63b00eb18e22286b7fb8db241916feaddd84671367be8b44fca026e5a543a147",
        ("model.predictor.positional_encoding.pos_enc", (1, 6, 768)),
        (640, 360),
    ),
)


def shapes_digest(shapes: Shapes) -> str:
    """SHA-256 of the sorted lines ``name AxBxC``."""
    lines = sorted(f"{name} {'x'.join(map(str, shape))}\n" for name, shape in shapes.items())
    return hashlib.sha256("".join(lines).encode()).hexdigest()


def layout_of(tensors: Mapping[str, Tensor]) -> Layout:
    """The published network that these are the tensors of.

    Raises:
        WeightsError: none of those known; the nearest is told.
    """
    shapes = {name: tuple(tensor.shape) for name, tensor in tensors.items()}
    digest = shapes_digest(shapes)
    for layout in LAYOUTS:
        if layout.digest == digest:
            return layout
    alike = [layout for layout in LAYOUTS if shapes.get(layout.sign[0]) == layout.sign[1]]
    known = ", ".join(layout.name for layout in LAYOUTS)
    if alike:
        raise WeightsError(
            f"its {len(shapes)} tensors resemble {alike[0].name}, but are not its {alike[0].tensors} by name and shape"
        )
    raise WeightsError(f"its {len(shapes)} tensors are those of no published network known here ({known})")
