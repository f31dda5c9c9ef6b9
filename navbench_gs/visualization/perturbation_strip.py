"""The picture of docs/perturbations.md: one view undisturbed, above with each perturbation mild, below strong.

``python -m navbench_gs.visualization.perturbation_strip docs/perturbations.jpg`` draws it anew.
"""

from __future__ import annotations

import sys
from contextlib import closing
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from navbench_gs.domain.perturbation import DIALS
from navbench_gs.env import NavEnv

PLACE, TASK, INDEX = "plaza_00", "obstacle_ped", 0
WIDTH_PX, HEIGHT_PX = 200, 150
COMBINED = "haze:0.05,exposure:-2,noise:15"
QUALITY = 75


def strip(place: str = PLACE, task: str = TASK, index: int = INDEX) -> Image.Image:
    """Two rows of pictures, each with its variant's name."""
    mild = ["", *(f"{kind}:{dial.mild:g}" for kind, dial in DIALS.items())]
    strong = [COMBINED, *(f"{kind}:{dial.strong:g}" for kind, dial in DIALS.items())]
    rows = [[panel(place, task, index, variant) for variant in variants] for variants in (mild, strong)]
    return Image.fromarray(np.concatenate([np.concatenate(row, axis=1) for row in rows]))


def panel(place: str, task: str, index: int, variant: str) -> NDArray[np.uint8]:
    """The robot's first view (H, W, 3) in one episode under a variant, with its name."""
    with closing(NavEnv(place, task, perturbation=variant, width=WIDTH_PX, height=HEIGHT_PX)) as env:
        env.reset(options={"index": index})
        picture = Image.fromarray(env.render())
    name = variant.replace(",", "\n") or "undisturbed"
    font = ImageFont.load_default(size=12)
    ImageDraw.Draw(picture).text((4, 2), name, fill="white", stroke_width=1, stroke_fill="black", font=font)
    return np.asarray(picture)


if __name__ == "__main__":
    strip().save(Path(sys.argv[1]), quality=QUALITY, optimize=True)
