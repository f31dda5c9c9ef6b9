"""Median depth out of gsplat: which splats each pixel shows, from gsplat's kernels; how far they cover it, from here.

``gsplat.rasterization`` composites expected depth only. ``gsplat.rasterize_to_indices_in_range`` lists, for each pixel,
the splats that it shows from near to far, and takes the transmittance that is left, so that lists are walked in parts
and pixels that are done cost no more. Their alphas follow from what ``rasterization`` hands out beside the picture.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from navbench_gs.render.picture import MEDIAN_TRANSMITTANCE

if TYPE_CHECKING:
    import torch

ROUNDS_PER_CALL = 2
"""A call walks so many times 256 splats of every tile's list: gsplat's own unit."""


def median_depths(projected: Mapping[str, Any], max_alpha: float) -> torch.Tensor:
    """The depths (N, H, W) of the splats at which transmittance falls to one half, metres; inf where it never does.

    Args:
        projected: what ``gsplat.rasterization`` returns beside N pictures, asked with ``packed=False``: ``means2d``,
            ``conics``, ``opacities``, ``depths`` (N, K, ...), ``isect_offsets``, ``flatten_ids``, ``tile_size``,
            ``width``, ``height``.
        max_alpha: the most that one splat may cover.
    """
    import torch
    from gsplat import rasterize_to_indices_in_range

    lists = projected["means2d"], projected["conics"], projected["opacities"]
    width, height, tile_size = projected["width"], projected["height"], projected["tile_size"]
    left = torch.ones(len(lists[0]), height, width, device=lists[0].device)
    median = torch.full_like(left, torch.inf)
    for start in range(0, _rounds(projected), ROUNDS_PER_CALL):
        splats, pixels, pictures = rasterize_to_indices_in_range(
            start,
            start + ROUNDS_PER_CALL,
            left,
            *lists,
            width,
            height,
            tile_size,
            projected["isect_offsets"],
            projected["flatten_ids"],
        )
        if len(splats) == 0:
            continue
        alphas = _alphas(projected, splats, pixels, pictures, max_alpha)
        places = pictures * (height * width) + pixels
        _walk(places, alphas, projected["depths"][pictures, splats], left.view(-1), median.view(-1))
    return median


def _rounds(projected: Mapping[str, Any]) -> int:
    """Units of gsplat's walk that the longest list of a tile takes."""
    import torch

    starts, total = projected["isect_offsets"].flatten(), len(projected["flatten_ids"])
    longest = int(torch.diff(starts, append=starts.new_tensor([total])).max())
    return -(-longest // int(projected["tile_size"]) ** 2)


def _alphas(
    projected: Mapping[str, Any], splats: torch.Tensor, pixels: torch.Tensor, pictures: torch.Tensor, max_alpha: float
) -> torch.Tensor:
    """What each splat covers of its pixel (M,), as gsplat's kernels have it."""
    import torch

    width = projected["width"]
    centres = torch.stack([pixels % width, pixels // width], dim=-1) + 0.5
    x, y = (centres - projected["means2d"][pictures, splats]).unbind(-1)
    xx, xy, yy = projected["conics"][pictures, splats].unbind(-1)
    fading = torch.exp(-0.5 * (xx * x * x + yy * y * y) - xy * x * y)
    alphas: torch.Tensor = (projected["opacities"][pictures, splats] * fading).clamp_max(max_alpha)
    return alphas


def _walk(
    places: torch.Tensor, alphas: torch.Tensor, depths: torch.Tensor, left: torch.Tensor, median: torch.Tensor
) -> None:
    """Walk the splats of each pixel; write what transmittance is ``left`` and the ``median`` where it is found.

    Args:
        places: (M,) the pixel of each splat among all of the pictures; those of one follow one another, near to far.
        alphas: (M,) what each covers.
        depths: (M,) how far it is.
        left: (P,) transmittance of each pixel; 0 once its median is found, so that gsplat lists no more of it.
        median: (P,).
    """
    import torch

    begins = torch.ones_like(places, dtype=torch.bool)
    begins[1:] = places[1:] != places[:-1]
    ends = torch.roll(begins, -1)
    passed = torch.log1p(-alphas.double())
    total = passed.cumsum(0)
    before_pixel = (total - passed)[begins][begins.cumsum(0) - 1]
    after = left[places] * torch.exp(total - before_pixel)
    half = after <= MEDIAN_TRANSMITTANCE
    first = half.clone()
    first[1:] &= begins[1:] | ~half[:-1]
    median[places[first]] = depths[first]
    left[places[ends]] = torch.where(half[ends], 0.0, after[ends]).to(left.dtype)
