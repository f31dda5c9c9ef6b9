"""The tests' reference projects and shades as gsplat's own torch functions do."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from navbench_gs.splats.cloud import join_clouds

from . import reference
from .clouds import camera, cloud_around

torch_impl = pytest.importorskip("gsplat.cuda._torch_impl")


@pytest.fixture
def cloud():
    rng = np.random.default_rng(11)
    discs = cloud_around(rng, 200, sigma=(0.2, 0.1, 0.01), degree=3)
    return join_clouds([discs, cloud_around(rng, 200, sigma=(0.5, 0.002, 0.002), degree=2)])


def test_projection_is_gsplats(cloud):
    view = camera()
    quats, scales = torch.as_tensor(cloud.quats).double(), torch.as_tensor(cloud.scales).double()
    covariances, _ = torch_impl._quat_scale_to_covar_preci(quats, scales, True, False)
    intrinsics = torch.tensor([[view.focal_px, 0, 40], [0, view.focal_px, 30], [0, 0, 1]], dtype=torch.float64)
    _, means, depths, conics, compensations = torch_impl._fully_fused_projection(
        torch.as_tensor(cloud.means).double(),
        covariances,
        torch.as_tensor(view.view)[None],
        intrinsics[None],
        view.width_px,
        view.height_px,
        calc_compensations=True,
    )
    ours = reference.project(cloud, view)
    precisions = torch.linalg.inv(ours.covariances)
    torch.testing.assert_close(ours.means, means[0])
    torch.testing.assert_close(ours.depths, depths[0])
    torch.testing.assert_close(precisions[:, [0, 0, 1], [0, 1, 1]], conics[0])
    torch.testing.assert_close(ours.compensations, compensations[0], rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize("degree", [0, 1, 2, 3])
def test_harmonics_are_gsplats(degree):
    rng = np.random.default_rng(degree)
    cloud = cloud_around(rng, 200, sigma=(0.1, 0.1, 0.1), degree=degree)
    view = camera(yaw=0.4)
    directions = torch.as_tensor(cloud.means).double() - torch.as_tensor(view.position)
    theirs = torch_impl._spherical_harmonics(degree, directions, torch.as_tensor(cloud.sh).double()) + 0.5
    torch.testing.assert_close(reference.view_colours(cloud, view), theirs.clamp_min(0.0))
