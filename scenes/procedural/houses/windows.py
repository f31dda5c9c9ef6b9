"""Windows, shop fronts and doors: glass behind the wall, reveals, frames, sills, and what is seen inside."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from navbench_gs.splats.surfels import Floats, Surfels, box, join_surfels, rectangle, strips
from scenes.procedural.houses.shops import room_behind
from scenes.procedural.houses.style import FacadeStyle, Opening
from scenes.procedural.materials import mottled
from scenes.procedural.noise import hash01
from scenes.procedural.part import GLASS, GLOW

RECESS_M = 0.09
"""How far glass and doors lie behind the wall."""


def glazing(rng: np.random.Generator, openings: Sequence[Opening], style: FacadeStyle, far: bool) -> list[Surfels]:
    """Glass, reveals, frames and sills of all windows, one template per size."""
    parts: list[Surfels] = []
    sizes = sorted({(o.kind, round(o.width, 3), round(o.height, 3)) for o in openings})
    for kind, width, height in sizes:
        group = [o for o in openings if (o.kind, round(o.width, 3), round(o.height, 3)) == (kind, width, height)]
        shifts = np.array([[0.0, o.y, o.z] for o in group])
        through = kind in ("shop", "hall") and not far
        glass = _repeated(_pane(rng, width, height, far, through), shifts)
        if through:
            parts.append(glass)
            parts.extend(room_behind(rng, hole) for hole in group)
        else:
            parts.append(_furnished(rng, glass, group, (width, height), kind, style.lit))
        if not far:
            parts.append(_repeated(_reveals(rng, width, height, style), shifts))
        parts.append(_repeated(_frame(width, height, kind, style, far), shifts))
    return parts


def _pane(rng: np.random.Generator, width: float, height: float, far: bool, through: bool) -> Surfels:
    """One sheet of glass; one sees ``through`` it if there is a room behind."""
    corner, spacing = (-RECESS_M, 0.0, 0.0), 0.24 if through else (0.22 if far else 0.14)
    return rectangle(
        rng, corner, (0, width, 0), (0, 0, height), mottled((0.04, 0.04, 0.045)), spacing=spacing, kind=GLASS,
        inset=0.5, opacity=0.16 if through else 0.985,
    )  # fmt: skip


def _furnished(
    rng: np.random.Generator, glass: Surfels, group: Sequence[Opening], size: tuple[float, float], kind: str, lit: float
) -> Surfels:
    """Panes with what is behind them painted on; a share of them shines after dark."""
    albedo = _interiors(rng, glass, group, *size, kind)
    shines = np.repeat(rng.random(len(group)) < lit, len(glass) // len(group))
    warmth = np.repeat(0.55 + 0.6 * rng.random(len(group)), len(glass) // len(group))[:, None]
    room = np.clip(0.16 + 0.55 * albedo, 0.0, 0.36) * warmth
    return replace(
        glass,
        albedo=np.where(shines[:, None], room, albedo),
        kind=np.where(shines, GLOW, glass.kind).astype(np.uint8),
    )


def _interiors(
    rng: np.random.Generator, glass: Surfels, group: Sequence[Opening], width: float, height: float, kind: str
) -> Floats:
    """Albedo behind the panes: darkness, blinds, curtains, or the lit back of a shop."""
    count = len(group)
    each = len(glass) // count
    window = np.repeat(np.arange(count), each)
    y = glass.centres[:, 1] - np.array([o.y for o in group])[window]
    z = glass.centres[:, 2] - np.array([o.z for o in group])[window]
    style, level, tone = rng.random(count)[window], rng.random(count)[window], rng.random(count)[window]
    albedo = np.full((len(glass), 3), 0.035) + (0.02 * tone + 0.02 * z / height)[:, None]
    if kind == "shop":
        goods = hash01(np.floor(y * 2.2 + 9 * tone), np.floor(z * 2.5), 31)
        shelf = (z < 0.55 * height) & (goods > 0.5)
        warm = np.stack([0.08 + 0.22 * goods, 0.07 + 0.14 * tone, 0.06 + 0.08 * level], axis=1)
        return np.where(shelf[:, None], warm, albedo + 0.03)
    if kind == "hall":
        lamps = (np.mod(y + tone, 0.9) < 0.3) & (np.abs(z - 0.78 * height) < 0.12)
        pillars = 0.05 * (np.mod(y + 2 * level, 1.7) < 0.25)
        room = 0.03 + 0.05 * np.clip(1.0 - z / 0.9, 0.0, 1.0) + pillars
        return np.where(lamps[:, None], (0.75, 0.66, 0.48), np.outer(room, (1.0, 0.92, 0.82)))
    cloth = np.array([0.42, 0.39, 0.34]) * (0.6 + 0.5 * tone)[:, None]
    blind = (style < 0.35) & (z > height * (0.3 + 0.5 * level))
    curtain = (style > 0.35) & (style < 0.75) & ((y < width * 0.24) | (y > width * 0.76))
    return np.where((blind | curtain)[:, None], cloth, albedo)


def _reveals(rng: np.random.Generator, width: float, height: float, style: FacadeStyle) -> Surfels:
    """The four sides of the hole and the sill."""
    tone = tuple(0.55 * c + 0.2 for c in style.tone)
    paint, d = mottled(tone, 0.06), RECESS_M
    sides = [
        rectangle(rng, (-d, 0, 0), (0, 0, height), (d, 0, 0), paint, spacing=0.16, inset=0.5),
        rectangle(rng, (-d, width, 0), (d, 0, 0), (0, 0, height), paint, spacing=0.16, inset=0.5),
        rectangle(rng, (-d, 0, height), (0, width, 0), (d, 0, 0), paint, spacing=0.16, inset=0.5),
    ]
    sill = box(
        rng, (0.02, width / 2, -0.035), (0.09, width / 2 + 0.06, 0.035), mottled((0.5, 0.49, 0.46)), spacing=0.13
    )
    return join_surfels([*sides, sill])


def _frame(width: float, height: float, kind: str, style: FacadeStyle, far: bool) -> Surfels:
    """The frame and its bars, as long thin surfels just before the glass."""
    upright, level = ((3, 1) if width > 1.6 else (2, 1)) if kind != "window" else (2, 2)
    x, half = -RECESS_M + 0.02, 0.026 if kind != "window" else 0.02
    starts, ends = [], []
    for k in range(upright + 1):
        y = min(max(width * k / upright, 0.03), width - 0.03)
        for a, b in equal_pieces(height, 0.36 if far else 0.27):
            starts.append((x, y, a))
            ends.append((x, y, b))
    for k in range(level + 1):
        z = min(max(height * (k / level if kind != "window" or k != 1 else 0.68), 0.03), height - 0.03)
        for a, b in equal_pieces(width, 0.36 if far else 0.27):
            starts.append((x, a, z))
            ends.append((x, b, z))
    return strips(starts, ends, half, style.frame, normal=(1, 0, 0), opacity=0.97, overlap=0.42)


def door(rng: np.random.Generator, hole: Opening, style: FacadeStyle) -> Surfels:
    """A panelled door in its recess, with reveals and a flush threshold."""
    tone = np.asarray([(0.16, 0.05, 0.04), (0.05, 0.12, 0.08), (0.06, 0.08, 0.16), (0.2, 0.13, 0.07)][
        int(rng.random() * 4)
    ])  # fmt: skip
    width, height, depth = hole.width, hole.height, RECESS_M

    def panels(u: Floats, v: Floats) -> Floats:
        across, up = np.abs(u - width / 2), np.mod(v - 0.1, 0.75)
        groove = (np.abs(across - 0.12) < 0.02) | (np.abs(across - 0.42) < 0.02) | (np.abs(up - 0.08) < 0.02)
        albedo: Floats = np.broadcast_to(tone, (len(u), 3)) * (1.0 - 0.4 * groove)[:, None]
        return albedo

    leaf = rectangle(rng, (-depth, 0, 0), (0, width, 0), (0, 0, height), panels, spacing=0.055)
    paint = mottled(tuple(0.55 * c + 0.15 for c in style.tone), 0.06)
    sides = [
        rectangle(rng, (-depth, 0, 0), (0, 0, height), (depth, 0, 0), paint, spacing=0.12, inset=0.5),
        rectangle(rng, (-depth, width, 0), (depth, 0, 0), (0, 0, height), paint, spacing=0.12, inset=0.5),
        rectangle(rng, (-depth, 0, height), (0, width, 0), (depth, 0, 0), paint, spacing=0.12, inset=0.5),
    ]
    handle = strips([(-depth + 0.03, width - 0.16, 1.0)], [(-depth + 0.03, width - 0.16, 1.16)], 0.014,
                    (0.5, 0.48, 0.42), normal=(1, 0, 0), overlap=0.45)  # fmt: skip
    return join_surfels([leaf, *sides, handle]).moved(0.0, hole.y, hole.z)


def equal_pieces(length: float, piece: float) -> list[tuple[float, float]]:
    """A length cut into equal pieces of about ``piece``."""
    count = max(1, round(length / piece))
    return [(length * i / count, length * (i + 1) / count) for i in range(count)]


def _repeated(template: Surfels, shifts: Floats) -> Surfels:
    """The template once at each shift (K, 3)."""
    count = len(shifts)
    moved = replace(template, centres=template.centres + shifts[0])
    if count == 1:
        return moved
    tiles = {
        name: np.concatenate([getattr(template, name)] * count)
        for name in ("tangents", "bitangents", "sizes", "albedo", "opacity", "kind")
    }
    centres = (shifts[:, None] + template.centres[None]).reshape(-1, 3)
    return Surfels(centres=centres, **tiles)
