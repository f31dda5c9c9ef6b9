"""The picture of a Gaussian cloud, written down as plainly as possible in double precision; slow.

One Gaussian after another, near to far, each over all pixels. Every rule names its source: [K] Kerbl et al. 2023,
[Z] Zwicker et al. 2001, [Y] Yu et al. 2024 (Mip-Splatting), [G] the CUDA kernels of gsplat 1.5.3.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from navbench_gs.domain.cloud import GaussianCloud
from navbench_gs.render.camera import Camera
from navbench_gs.render.picture import PictureRules

BLUR = 0.3  # [G] eps2d
TANGENT_MARGIN = 0.15  # [G] 0.3 tan(fov / 2), with tan(fov / 2) = W / 2f
MIN_ALPHA = 1 / 255  # [G] ALPHA_THRESHOLD
MIN_TRANSMITTANCE = 1e-4  # [G] TRANSMITTANCE_THRESHOLD


class Picture(NamedTuple):
    rgb: Tensor  # (H, W, 3)
    depth: Tensor  # (H, W) median
    expected_depth: Tensor  # (H, W)
    alpha: Tensor  # (H, W)


class Projected(NamedTuple):
    means: Tensor  # (N, 2) pixels
    covariances: Tensor  # (N, 2, 2) blurred, pixels^2
    depths: Tensor  # (N,)
    compensations: Tensor  # (N,)


def draw(cloud: GaussianCloud, camera: Camera, rules: PictureRules) -> Picture:
    """Projection, then compositing front to back ([K] eq. 3) over pixel centres at +0.5 [G]."""
    splats = project(cloud, camera)
    opacities = torch.as_tensor(cloud.opacities, dtype=torch.float64)
    if rules.antialiased:
        opacities = opacities * splats.compensations.clamp_min(rules.min_compensation)
    height, width = camera.height_px, camera.width_px
    reach = 3.33 * torch.diagonal(splats.covariances, dim1=1, dim2=2).sqrt()  # [G]: beyond, alpha < 1/255
    size = torch.tensor([width, height])
    first = (splats.means - reach).clamp(min=torch.zeros(2), max=size).floor().int()
    stop = (splats.means + reach).clamp(min=torch.zeros(2), max=size).ceil().int()
    spread = torch.diagonal(splats.covariances, dim1=1, dim2=2).amax(dim=-1).sqrt()
    seen = (splats.depths >= rules.near_m) & (opacities >= MIN_ALPHA) & (first < stop).all(dim=-1)
    seen &= spread <= rules.max_spread * width
    order = torch.argsort(splats.depths, stable=True)  # [G] ties by index
    return composited(splats, opacities, view_colours(cloud, camera), first, stop, order[seen[order]], camera, rules)


def composited(
    splats: Projected,
    opacities: Tensor,
    colours: Tensor,
    first: Tensor,
    stop: Tensor,
    order: Tensor,
    camera: Camera,
    rules: PictureRules,
) -> Picture:
    """Splats in ``order``, each over its pixels from ``first`` to ``stop`` (N, 2). Numpy is quick with small arrays."""
    precisions = torch.linalg.inv(splats.covariances).numpy()
    means, depths, opacity, colour = (values.numpy() for values in (splats.means, splats.depths, opacities, colours))
    height, width = camera.height_px, camera.width_px
    pixels = np.stack(np.meshgrid(np.arange(width) + 0.5, np.arange(height) + 0.5), axis=-1)
    transmittance, done = np.ones((height, width)), np.zeros((height, width), dtype=bool)
    rgb, depth, depth_sum = np.zeros((height, width, 3)), np.full((height, width), np.inf), np.zeros((height, width))
    corners = torch.cat([first, stop], dim=1).tolist()
    for i in order.tolist():
        left, top, right, bottom = corners[i]
        box = slice(top, bottom), slice(left, right)
        offset = pixels[box] - means[i]
        sigma = 0.5 * (offset @ precisions[i] * offset).sum(axis=-1)
        alpha = np.minimum(opacity[i] * np.exp(-sigma), rules.max_alpha)  # [G]
        alpha[alpha < MIN_ALPHA] = 0.0
        before = transmittance[box]
        after = before * (1 - alpha)
        done[box] |= (after <= MIN_TRANSMITTANCE) & (alpha > 0)  # [G] stops before this splat
        weight = np.where(done[box], 0.0, alpha * before)
        rgb[box] += weight[..., None] * colour[i]
        depth_sum[box] += weight * depths[i]
        depth[box] = np.where(~done[box] & (before > 0.5) & (after <= 0.5), depths[i], depth[box])
        transmittance[box] = np.where(done[box], before, after)
    covered = 1 - transmittance
    expected = np.divide(depth_sum, covered, out=np.full((height, width), np.inf), where=covered > 0)  # [G] mode ED
    return Picture(*(torch.from_numpy(values) for values in (np.minimum(rgb, 1.0), depth, expected, covered)))


def project(cloud: GaussianCloud, camera: Camera) -> Projected:
    """Perspective with its linearisation at the mean: [Z] eq. 29-31, held inside the widened picture [G]."""
    view = torch.as_tensor(camera.view)
    turn, shift = view[:3, :3], view[:3, 3]
    points = torch.as_tensor(cloud.means, dtype=torch.float64) @ turn.T + shift
    x, y, z = points.unbind(-1)
    z = torch.where(z.abs() < 1e-6, 1e-6, z)
    focal, (centre_x, centre_y) = camera.focal_px, camera.centre_px
    means = torch.stack([focal * x / z + centre_x, focal * y / z + centre_y], dim=-1)
    limit_x = (0.5 + TANGENT_MARGIN) * camera.width_px / focal
    limit_y = (0.5 + TANGENT_MARGIN) * camera.height_px / focal
    slope_x, slope_y = (x / z).clamp(-limit_x, limit_x), (y / z).clamp(-limit_y, limit_y)
    zero = torch.zeros_like(z)
    jacobian = torch.stack(
        [torch.stack([1 / z, zero, -slope_x / z], dim=-1), torch.stack([zero, 1 / z, -slope_y / z], dim=-1)], dim=-2
    )
    axes = focal * jacobian @ turn @ scaled_axes(cloud)
    sharp = axes @ axes.transpose(-1, -2)
    blurred = sharp + BLUR * torch.eye(2, dtype=torch.float64)
    ratio = torch.linalg.det(sharp).clamp_min(0.0) / torch.linalg.det(blurred)
    return Projected(means, blurred, points[:, 2], ratio.sqrt())  # [Y], as in [G]


def scaled_axes(cloud: GaussianCloud) -> Tensor:
    """R S (N, 3, 3), whose square R S S^T R^T is the covariance ([K] eq. 6)."""
    w, x, y, z = torch.nn.functional.normalize(torch.as_tensor(cloud.quats, dtype=torch.float64), dim=-1).unbind(-1)
    rows = [
        [1 - 2 * (y * y + z * z), 2 * (x * y - w * z), 2 * (x * z + w * y)],
        [2 * (x * y + w * z), 1 - 2 * (x * x + z * z), 2 * (y * z - w * x)],
        [2 * (x * z - w * y), 2 * (y * z + w * x), 1 - 2 * (x * x + y * y)],
    ]
    rotations = torch.stack([torch.stack(row, dim=-1) for row in rows], dim=-2)
    return rotations * torch.as_tensor(cloud.scales, dtype=torch.float64)[:, None, :]


def view_colours(cloud: GaussianCloud, camera: Camera) -> Tensor:
    """(N, 3) colour seen from the camera: one half plus the harmonics of the direction, not below zero [K, G]."""
    coefficients = torch.as_tensor(cloud.sh, dtype=torch.float64)
    directions = torch.as_tensor(cloud.means, dtype=torch.float64) - torch.as_tensor(camera.position)
    basis = harmonics(torch.nn.functional.normalize(directions, dim=-1))[:, : coefficients.shape[1]]
    return (0.5 + torch.einsum("nk,nkc->nc", basis, coefficients)).clamp_min(0.0)


def harmonics(directions: Tensor) -> Tensor:
    """(N, 16) real spherical harmonics of unit vectors as Cartesian polynomials, with the signs of [K]'s code."""
    x, y, z = directions.unbind(-1)
    xx, yy, zz = x * x, y * y, z * z
    terms = [
        0.28209479177387814 * torch.ones_like(x),
        -0.4886025119029199 * y,
        0.4886025119029199 * z,
        -0.4886025119029199 * x,
        1.0925484305920792 * x * y,
        -1.0925484305920792 * y * z,
        0.31539156525252005 * (2 * zz - xx - yy),
        -1.0925484305920792 * x * z,
        0.5462742152960396 * (xx - yy),
        -0.5900435899266435 * y * (3 * xx - yy),
        2.890611442640554 * x * y * z,
        -0.4570457994644658 * y * (4 * zz - xx - yy),
        0.3731763325901154 * z * (2 * zz - 3 * xx - 3 * yy),
        -0.4570457994644658 * x * (4 * zz - xx - yy),
        1.445305721320277 * z * (xx - yy),
        -0.5900435899266435 * x * (xx - 3 * yy),
    ]
    return torch.stack(terms, dim=-1)
