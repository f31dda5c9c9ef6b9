"""Pedestrian appearances: who walks in the ``ped`` tasks.

The body that a robot can touch is a capsule of the episode's radius and the figure's height; the look walks inside
it. A third of the appearances is ``embedded_only``: they occur in the 26 embedded scenes and never in training.
"""

from __future__ import annotations

from functools import lru_cache

from navbench_gs.catalogue.figures import Appearance, Figure
from navbench_gs.catalogue.gait import cycle_length_m, posed_figure
from navbench_gs.catalogue.garments import build_figure
from navbench_gs.domain.streams import stream
from navbench_gs.errors import UnknownNameError

__all__ = ["PEDESTRIANS", "Appearance", "Figure", "cycle_length_m", "figure", "posed_figure"]

PALE, TAN, BROWN, DARK = "#e3b899", "#c68f68", "#8d5a3a", "#54341f"

PEDESTRIANS: dict[str, Appearance] = {
    who.name: who
    for who in (
        Appearance(
            "office_worker", 1.80, PALE, "#3a2a1c", "#27364f", "#2b2f3c", "#1a1614",
            shirt="#f2f2ee", tie="#8f1d22",
        ),
        Appearance(
            "student", 1.72, TAN, "#17120f", "#7a8f3c", "#2f4a74", "#e2e0da",
            hair_style="bun", backpack="#a83226",
        ),
        Appearance(
            "jogger", 1.77, BROWN, "#14100d", "#d9541e", "#20242b", "#dfe3e6",
            build=0.95, sleeves="short", legs="shorts",
        ),
        Appearance(
            "summer_dress", 1.66, PALE, "#8a5a2b", "#c9413c", "#c9413c", "#b59a7a",
            hair_style="long", sleeves="short", legs="bare", skirt_m=0.46, belt="#f0e2cf",
        ),
        Appearance(
            "raincoat", 1.70, TAN, "#2b1c12", "#d8ae22", "#3a3f46", "#3c4a3a",
            build=1.08, skirt_m=0.38, hat="#d8ae22", hat_style="hood",
        ),
        Appearance(
            "builder", 1.82, PALE, "#59422c", "#e8691a", "#3d4a5c", "#5a4430",
            build=1.12, vest="#d9dcdd", hat="#f0c419", hat_style="helmet",
        ),
        Appearance(
            "schoolchild", 1.32, TAN, "#2a1b12", "#3f7fbf", "#7c7468", "#b8352c",
            build=0.98, backpack="#e0b426",
        ),
        Appearance(
            "shopper", 1.64, DARK, "#120d0a", "#6d3d7a", "#31343c", "#4a3226",
            build=1.10, hair_style="long", bag="#8a5a30",
        ),
        Appearance(
            "winter_coat", 1.68, PALE, "#c9a25e", "#7d1f2b", "#26262b", "#241d1a",
            build=1.06, hair_style="long", skirt_m=0.42, scarf="#d9d2c4", bag="#22201f", belt="#3a0f15",
            embedded_only=True,
        ),
        Appearance(
            "tourist", 1.75, PALE, "#9a9a98", "#dfd8c6", "#a08f6a", "#6b5a45",
            build=1.15, sleeves="short", legs="shorts", hat="#d9c68f", hat_style="sunhat", backpack="#2f5d4a",
            embedded_only=True,
        ),
        Appearance(
            "elder", 1.62, TAN, "#b4b4b0", "#6f6a5c", "#4b4740", "#2f2723",
            build=1.05, skirt_m=0.20, shirt="#d6dbe2", hat="#5a4a38", embedded_only=True,
        ),
        Appearance(
            "striped_shirt", 1.86, DARK, "#0f0c0a", "#e6e6e2", "#7a2e2a", "#e8e8e6",
            hair_style="bald", sleeves="short", stripes="#243a6b", embedded_only=True,
        ),
    )
}  # fmt: skip


def pedestrian_named(name: str) -> Appearance:
    """The appearance of that name.

    Raises:
        UnknownNameError: there is none; the closest name is offered.
    """
    if name not in PEDESTRIANS:
        raise UnknownNameError("pedestrian appearance", name, PEDESTRIANS)
    return PEDESTRIANS[name]


@lru_cache(maxsize=64)
def figure(name: str) -> Figure:
    """The figure of an appearance, built once; its arrays are shared, never write to them."""
    return build_figure(stream("catalogue", "pedestrian", name), pedestrian_named(name))
