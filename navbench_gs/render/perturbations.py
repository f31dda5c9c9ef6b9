"""Perturbations of the robot's camera: pure functions of a camera, or of the frames it took.

Light is disturbed where it travels: haze, blur and exposure act on linear light (the picture decoded from sRGB), noise
on the displayed picture. Depth and alpha of a frame stay what they were.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter

from navbench_gs.domain.perturbation import Kind, Perturbation
from navbench_gs.domain.rules import RULES_V0
from navbench_gs.domain.scene import Sun
from navbench_gs.domain.streams import stream
from navbench_gs.render.camera import Camera
from navbench_gs.render.renderer import Frames
from navbench_gs.splats.film import decoded_colour, displayed_colour, encoded_colour

Floats = NDArray[np.float64]
BLUR_WIDTH_PX = RULES_V0.camera.width_px
"""Width of the picture in whose pixels the strength of a blur is given."""
SKY_M = 100.0
"""What is farther away than this, or is nothing at all, is sky: infinitely far."""
SUN_SHARE, AMBIENT_SHARE = 0.25, 0.7
"""Share of the light on a white surface that haze scatters into the eye: isotropic single scattering of the sun
(1 / 4 pi of the sphere against 1 / pi of a matt surface), and of a bright sky above a darker ground."""
READ_SHARE, SHOT_SHARE = 0.25, 0.75
"""Parts of the variance of noise at white: of reading the sensor (everywhere), and of photons (with the light)."""


def strength_of(kind: Kind, perturbations: Sequence[Perturbation]) -> float:
    """Strength of one kind; zero if it is not among them."""
    return next((perturbation.strength for perturbation in perturbations if perturbation.kind == kind), 0.0)


def moves_camera(perturbations: Sequence[Perturbation]) -> bool:
    """Whether the camera stands or looks elsewhere than the Rules say."""
    return any(perturbation.kind in ("camera_height", "camera_yaw") for perturbation in perturbations)


def needs_depth(perturbations: Sequence[Perturbation]) -> bool:
    """Whether the disturbed picture depends on how far away things are."""
    return strength_of("haze", perturbations) > 0.0


def moved_camera(camera: Camera, perturbations: Sequence[Perturbation]) -> Camera:
    """The camera higher by ``camera_height`` (m) and turned left about its own vertical by ``camera_yaw`` (deg)."""
    if not moves_camera(perturbations):
        return camera
    angle = math.radians(strength_of("camera_yaw", perturbations))
    position = camera.position + np.array([0.0, 0.0, strength_of("camera_height", perturbations)])
    cos, sin = math.cos(angle), math.sin(angle)
    x, y, z = camera.view[:3, :3].T
    view = np.eye(4)
    view[:3, :3] = np.stack([x * cos - y * sin, x * sin + y * cos, z], axis=1)
    view[:3, 3] = -np.sum(view[:3, :3] * position, axis=1)
    return replace(camera, view=view)


def perturbed(
    frames: Frames, camera: Camera, perturbations: Sequence[Perturbation], *, sun: Sun, key: Sequence[str | int]
) -> Frames:
    """Frames as the disturbed camera takes them; depth and alpha are passed on as they are.

    Args:
        frames: what ``camera`` sees (N pictures).
        camera: whose pictures they are.
        perturbations: what to do to them.
        sun: the scene's light, which haze scatters.
        key: of the random stream of the noise; the same key gives the same noise.
    """
    if not perturbations:
        return frames
    haze, blur, exposure, noise = (strength_of(kind, perturbations) for kind in ("haze", "blur", "exposure", "noise"))
    rgb = np.clip(frames.rgb.astype(np.float64), 0.0, 1.0)
    if haze or blur or exposure:
        light = decoded_colour(rgb)
        if haze:
            light = hazy(light, ray_lengths(frames.depth, camera), haze, decoded_colour(airlight(sun)))
        if blur:
            light = blurred(light, blur * camera.width_px / BLUR_WIDTH_PX)
        rgb = encoded_colour(np.clip(light * 2.0**exposure, 0.0, 1.0))
    if noise:
        rgb = noisy(rgb, noise, key)
    return replace(frames, rgb=rgb.astype(np.float32))


def hazy(light: Floats, distance_m: Floats, extinction: float, air: Floats) -> Floats:
    """Linear light (..., 3) through haze: Beer-Lambert's loss of the view, and air (3,) in its place.

    Source: Koschmieder 1924. Beyond ``SKY_M`` (..., metres) only air is left.
    """
    transmitted = np.where(distance_m < SKY_M, np.exp(-extinction * np.minimum(distance_m, SKY_M)), 0.0)[..., None]
    mixed: Floats = light * transmitted + air * (1.0 - transmitted)
    return mixed


def airlight(sun: Sun) -> Floats:
    """(3,) displayed colour of endless haze in the light of a scene."""
    scattered = SUN_SHARE * np.asarray(sun.irradiance) + AMBIENT_SHARE * np.asarray(sun.ambient)
    return displayed_colour(scattered, sun.exposure)


def ray_lengths(depth: NDArray[np.float32], camera: Camera) -> Floats:
    """Distances (N, H, W) from the eye, metres, of depths along the optical axis."""
    across, down = camera.slopes
    lengths: Floats = depth.astype(np.float64) * np.sqrt(1.0 + across[None, :] ** 2 + down[:, None] ** 2)
    return lengths


def blurred(light: Floats, sigma_px: float) -> Floats:
    """Pictures (N, H, W, 3) through a Gaussian point spread of ``sigma_px``; the border is continued outwards."""
    spread: Floats = gaussian_filter(light, (0.0, sigma_px, sigma_px, 0.0), mode="nearest")
    return spread


def noisy(rgb: Floats, sigma: float, key: Sequence[str | int]) -> Floats:
    """Displayed pictures (N, H, W, 3) with independent noise, ``sigma`` 8-bit levels at white and half that at black.

    The variance is that of reading, the same everywhere, plus that of photons, in proportion to the picture.
    """
    deviation = sigma / 255.0 * np.sqrt(READ_SHARE + SHOT_SHARE * rgb)
    grainy: Floats = np.clip(rgb + deviation * stream(*key).standard_normal(rgb.shape), 0.0, 1.0)
    return grainy
