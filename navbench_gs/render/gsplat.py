"""The CUDA renderer: the same picture by gsplat's kernels, the cameras of a call in batches.

gsplat composites no median depth for 3-D Gaussians; see ``gsplat_median`` for where it comes from. The largest alpha
and the floor of the compensation are compiled into gsplat: the installed version decides them.
"""

from __future__ import annotations

from collections.abc import Sequence
from importlib.metadata import version
from itertools import groupby
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from packaging.version import Version

from navbench_gs.domain.cloud import GaussianCloud
from navbench_gs.errors import RendererUnavailableError
from navbench_gs.render.camera import Camera, look
from navbench_gs.render.gsplat_median import median_depths
from navbench_gs.render.picture import BLUR_PX2, PictureRules
from navbench_gs.render.renderer import Actors, Frames, actors_of_cameras, common_size

if TYPE_CHECKING:
    import torch

CAMERAS_PER_CALL = 32
"""More would need gigabytes for large scenes, fewer would leave the device idle."""
PIXELS_PER_MEDIAN_CALL = 640_000
"""With median depth, the splats that each pixel shows are listed: some fifty of them, and some 100 bytes for each."""


class DeviceCloud(NamedTuple):
    """A ``GaussianCloud`` as tensors on the device; same fields and shapes."""

    means: torch.Tensor
    quats: torch.Tensor
    scales: torch.Tensor
    opacities: torch.Tensor
    sh: torch.Tensor


class DeviceFrames(NamedTuple):
    """N pictures on the device."""

    rgb: torch.Tensor
    """(N, H, W, 3) float32 in [0, 1], on black."""
    alpha: torch.Tensor
    """(N, H, W) in [0, 1]."""
    median_depths: torch.Tensor
    """(N, H, W) as in ``Frames``, or (N, 0, 0) if not asked for."""
    expected_depths: torch.Tensor
    """(N, H, W) likewise."""


class GsplatRenderer:
    """Draws prepared clouds with gsplat.

    Args:
        antialiased: gsplat's mode ``antialiased``, else ``classic``.
        device: a torch CUDA device.

    Raises:
        RendererUnavailableError: there is no CUDA device, or gsplat's kernels cannot be loaded or compiled.
    """

    def __init__(self, antialiased: bool = True, device: str = "cuda") -> None:
        import torch

        if not torch.cuda.is_available():
            raise RendererUnavailableError("renderer 'gsplat' needs a CUDA device, and torch sees none; use 'cpu'")
        self.rules = rules_of_gsplat(version("gsplat"), antialiased)
        self._device = torch.device(device)
        try:
            self.render(self.prepare(_probe_cloud()), [Camera(look((0.0, 0.0, 0.0), 0.0), 8.0, 16, 16)])
        except (ImportError, AttributeError, OSError, RuntimeError) as error:
            reason = str(error).strip().splitlines()
            raise RendererUnavailableError(
                f"renderer 'gsplat' cannot load its CUDA kernels ({reason[0] if reason else type(error).__name__}); "
                "install a gsplat wheel built for this torch and CUDA, or use 'cpu'"
            ) from error

    @property
    def name(self) -> str:
        """Renderer and mode, for example ``gsplat/antialiased``."""
        return f"gsplat/{self.rules.mode}"

    def prepare(self, cloud: GaussianCloud) -> DeviceCloud:
        """The cloud on the device."""
        return self._uploaded(cloud.validated("the scene's cloud"))

    def render(
        self,
        scene: DeviceCloud,
        cameras: Sequence[Camera],
        actors: Actors = None,
        *,
        depth: bool = True,
        expected_depth: bool = False,
    ) -> Frames:
        """Draw ``scene`` and ``actors`` from every camera; all of one size.

        Neighbouring cameras with the same actors share calls of gsplat.

        Args:
            scene: a prepared cloud.
            cameras: N of them.
            actors: what else stands there (world frame): one cloud for all cameras, or one for each.
            depth: whether the median depth is wanted too.
            expected_depth: whether the expected depth is.

        Raises:
            ValueError: there is no camera, sizes differ, or the numbers of actors and cameras differ.
        """
        drawn = self.render_on_device(scene, cameras, actors, depth=depth, expected_depth=expected_depth)
        return Frames(*(part.cpu().numpy() for part in drawn))

    def render_on_device(
        self,
        scene: DeviceCloud,
        cameras: Sequence[Camera],
        actors: Actors = None,
        *,
        depth: bool = False,
        expected_depth: bool = False,
    ) -> DeviceFrames:
        """As :meth:`render`, but the pictures stay on the device, where a policy may read them."""
        import torch

        width, height = common_size(cameras)
        cameras_per_call = min(CAMERAS_PER_CALL, max(1, PIXELS_PER_MEDIAN_CALL // (width * height)))
        step = cameras_per_call if depth else CAMERAS_PER_CALL
        clouds = actors_of_cameras(actors, len(cameras))
        batches = []
        for _, group in groupby(range(len(cameras)), key=lambda index: id(clouds[index])):
            indices = list(group)
            own = clouds[indices[0]]
            cloud = _joined(scene, self._uploaded(own)) if len(own) else scene
            for start in range(0, len(indices), step):
                batch = [cameras[index] for index in indices[start : start + step]]
                batches.append(self._render_batch(cloud, batch, depth, expected_depth))
        return DeviceFrames(*(torch.cat(parts) for parts in zip(*batches, strict=True)))

    def _uploaded(self, cloud: GaussianCloud) -> DeviceCloud:
        import torch

        fields = (cloud.means, cloud.quats, cloud.scales, cloud.opacities, cloud.sh)
        return DeviceCloud(*(torch.as_tensor(field, dtype=torch.float32, device=self._device) for field in fields))

    def _render_batch(
        self, cloud: DeviceCloud, cameras: Sequence[Camera], depth: bool, expected_depth: bool
    ) -> DeviceFrames:
        import torch
        from gsplat import rasterization

        views = np.stack([camera.view for camera in cameras])
        intrinsics = np.stack([_intrinsics(camera) for camera in cameras])
        with torch.no_grad():
            colours, alphas, projected = rasterization(
                means=cloud.means,
                quats=cloud.quats,
                scales=cloud.scales,
                opacities=cloud.opacities,
                colors=cloud.sh,
                viewmats=torch.as_tensor(views, dtype=torch.float32, device=self._device),
                Ks=torch.as_tensor(intrinsics, dtype=torch.float32, device=self._device),
                width=cameras[0].width_px,
                height=cameras[0].height_px,
                near_plane=self.rules.near_m,
                eps2d=BLUR_PX2,
                sh_degree=round(cloud.sh.shape[1] ** 0.5) - 1,
                render_mode="RGB+ED" if expected_depth else "RGB",
                rasterize_mode=self.rules.mode,
                packed=not depth,
            )
            alphas = alphas[..., 0]
            none = alphas.new_empty(len(cameras), 0, 0)
            median = median_depths(projected, self.rules.max_alpha) if depth else none
            expected = torch.where(alphas > 0.0, colours[..., -1], torch.inf) if expected_depth else none
        return DeviceFrames(colours[..., :3].clamp(0.0, 1.0), alphas, median, expected)


def rules_of_gsplat(installed: str, antialiased: bool) -> PictureRules:
    """The picture of a gsplat version: from 1.6 on it caps alpha at 0.99 and the compensation from below at 0.005."""
    if Version(installed) >= Version("1.6"):
        return PictureRules(antialiased, max_alpha=0.99, min_compensation=0.005)
    return PictureRules(antialiased, max_alpha=0.999, min_compensation=0.0)


def _joined(scene: DeviceCloud, actors: DeviceCloud) -> DeviceCloud:
    """Both clouds, the scene first; lower harmonics are padded with zeros."""
    import torch

    terms = max(scene.sh.shape[1], actors.sh.shape[1])
    padded = [torch.nn.functional.pad(cloud.sh, (0, 0, 0, terms - cloud.sh.shape[1])) for cloud in (scene, actors)]
    means, quats, scales, opacities = (torch.cat(pair) for pair in zip(scene[:4], actors[:4], strict=True))
    return DeviceCloud(means, quats, scales, opacities, torch.cat(padded))


def _intrinsics(camera: Camera) -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
    """(3, 3) pinhole matrix."""
    x, y = camera.centre_px
    return np.array([[camera.focal_px, 0.0, x], [0.0, camera.focal_px, y], [0.0, 0.0, 1.0]])


def _probe_cloud() -> GaussianCloud:
    """One Gaussian a metre ahead: enough to make gsplat load its kernels."""
    return GaussianCloud(
        means=np.array([[1.0, 0.0, 0.0]], dtype=np.float32),
        quats=np.array([[1.0, 0.0, 0.0, 0.0]], dtype=np.float32),
        scales=np.full((1, 3), 0.1, dtype=np.float32),
        opacities=np.full(1, 0.5, dtype=np.float32),
        sh=np.zeros((1, 1, 3), dtype=np.float32),
    )
