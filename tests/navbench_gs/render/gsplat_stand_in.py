"""What stands in gsplat's place without a CUDA device: the tests' reference behind gsplat's public functions."""

from __future__ import annotations

import torch
from torch import Tensor

from navbench_gs.domain.cloud import GaussianCloud
from navbench_gs.render.camera import Camera
from navbench_gs.render.picture import PictureRules

from . import reference

TILE = 16
ROUND = TILE * TILE
"""gsplat walks the list of a tile by so many splats."""


class StandIn:
    """gsplat's functions, by their documentation, and a list of what ``rasterization`` was asked for."""

    def __init__(self) -> None:
        self.calls: list[dict[str, object]] = []
        self.ranges: list[tuple[int, int]] = []

    def rasterization(self, **asked):
        self.calls.append(asked)
        cloud = GaussianCloud(*(asked[name].numpy() for name in ("means", "quats", "scales", "opacities", "colors")))
        rules = PictureRules(asked["rasterize_mode"] == "antialiased", near_m=asked["near_plane"])
        views = [
            Camera(view.double().numpy(), float(matrix[0, 0]), asked["width"], asked["height"])
            for view, matrix in zip(asked["viewmats"], asked["Ks"], strict=True)
        ]
        pictures = [reference.draw(cloud, view, rules) for view in views]
        colours = torch.stack([picture.rgb for picture in pictures])
        if asked["render_mode"] == "RGB+ED":
            depth = torch.stack([torch.nan_to_num(picture.expected_depth, posinf=0.0) for picture in pictures])
            colours = torch.cat([colours, depth[..., None]], dim=-1)
        alphas = torch.stack([picture.alpha for picture in pictures])[..., None]
        return colours.float(), alphas.float(), {} if asked["packed"] else projected(cloud, views, rules)

    def rasterize_to_indices_in_range(
        self, start, stop, left, means, conics, opacities, width, height, tile_size, offsets, flat_ids
    ):
        self.ranges.append((start, stop))
        found = []
        ends = torch.cat([offsets.flatten()[1:], torch.tensor([len(flat_ids)])])
        for place, (first, end) in enumerate(zip(offsets.flatten().tolist(), ends.tolist(), strict=True)):
            picture, row, column = torch.unravel_index(torch.tensor(place), offsets.shape)
            own = flat_ids[first + start * ROUND : min(first + stop * ROUND, end)] % means.shape[1]
            y, x = torch.meshgrid(torch.arange(tile_size), torch.arange(tile_size), indexing="ij")
            y, x = (y + row * tile_size).flatten(), (x + column * tile_size).flatten()
            inside = (y < height) & (x < width)
            y, x = y[inside], x[inside]
            offset = torch.stack([x, y], dim=-1)[:, None] + 0.5 - means[picture, own]
            xx, xy, yy = conics[picture, own].unbind(-1)
            dx, dy = offset.unbind(-1)
            fading = torch.exp(-0.5 * (xx * dx * dx + yy * dy * dy) - xy * dx * dy)
            alphas = (opacities[picture, own] * fading).clamp_max(0.999)
            alphas = torch.where(alphas < 1 / 255, 0.0, alphas)
            behind = left[picture, y, x, None] * torch.cumprod(1 - alphas, dim=-1)
            pixels, which = torch.nonzero((alphas > 0) & (behind > 1e-4), as_tuple=True)
            found.append(torch.stack([own[which], (y * width + x)[pixels], picture.expand(len(which))]))
        splats, pixels, pictures = torch.cat(found, dim=1)
        by_pixel = torch.argsort(pictures * width * height + pixels, stable=True)
        return splats[by_pixel], pixels[by_pixel], pictures[by_pixel]


def projected(cloud: GaussianCloud, views: list[Camera], rules: PictureRules) -> dict[str, object]:
    """What gsplat hands out beside unpacked pictures, as far as it is read."""
    width, height = views[0].width_px, views[0].height_px
    across, down = -(-width // TILE), -(-height // TILE)
    splats = [reference.project(cloud, view) for view in views]
    opacities = torch.as_tensor(cloud.opacities, dtype=torch.float64).expand(len(views), -1)
    if rules.antialiased:
        opacities = opacities * torch.stack([own.compensations for own in splats])
    offsets, flat_ids = [], []
    for picture, own in enumerate(splats):
        for tile in range(across * down):
            offsets.append(sum(map(len, flat_ids)))
            corner = torch.tensor([tile % across * TILE, tile // across * TILE])
            flat_ids.append(picture * len(cloud) + _listed(own, opacities[picture], corner, rules))
    return {
        "means2d": torch.stack([own.means for own in splats]).float(),
        "conics": torch.stack([torch.linalg.inv(own.covariances)[:, [0, 0, 1], [0, 1, 1]] for own in splats]).float(),
        "opacities": opacities.float(),
        "depths": torch.stack([own.depths for own in splats]).float(),
        "isect_offsets": torch.tensor(offsets, dtype=torch.int32).reshape(len(views), down, across),
        "flatten_ids": torch.cat(flat_ids),
        "tile_size": TILE,
        "width": width,
        "height": height,
    }


def _listed(splats: reference.Projected, opacities: Tensor, corner: Tensor, rules: PictureRules) -> Tensor:
    """The splats of one tile, near to far."""
    reach = 3.33 * torch.diagonal(splats.covariances, dim1=1, dim2=2).sqrt()
    touches = ((splats.means + reach >= corner) & (splats.means - reach <= corner + TILE)).all(dim=-1)
    order = torch.argsort(splats.depths, stable=True)
    return order[(touches & (splats.depths >= rules.near_m) & (opacities >= 1 / 255))[order]]
