"""What every renderer here means by a picture of Gaussians: gsplat's conventions, as numbers.

Sources: Kerbl et al. 2023 (3D Gaussian Splatting), Zwicker et al. 2001 (EWA splatting), and the kernels of gsplat
1.5.3, whose constants these are. The picture is rgb on black, composited front to back.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from navbench_gs.domain.rules import RULES_V0

MIN_ALPHA = 1.0 / 255.0
"""A splat is skipped in a pixel where it would cover less than this."""
MIN_TRANSMITTANCE = 1e-4
"""A pixel is finished before the splat that would bring its transmittance to this or below."""
MEDIAN_TRANSMITTANCE = 0.5
"""The median depth is that of the splat at which transmittance falls to this."""
BLUR_PX2 = 0.3
"""Variance (px^2) added to every projected covariance: a pixel's own width."""
TANGENT_MARGIN = 0.15
"""The projection is linearised no farther out than the picture's edge plus this times width / focal length."""


@dataclass(frozen=True)
class PictureRules:
    """The choices that differ between gsplat's modes and versions."""

    antialiased: bool = True
    """Scale opacity by sqrt(det before blur / det after), so that sub-pixel splats do not grow (Yu et al. 2024)."""
    max_alpha: float = 0.999
    """The most that one splat may cover: 0.999 in gsplat 1.5, 0.99 in 1.6."""
    min_compensation: float = 0.0
    """Floor of the antialiasing factor: 0 in gsplat 1.5, 0.005 in 1.6."""
    max_spread: float = math.inf
    """Splats whose blurred standard deviation across or down the picture exceeds this share of its width are not drawn.
    Finite where a camera stands lower than a capture's cameras did, and what floats before it fills the view."""
    near_m: float = RULES_V0.camera.near_m
    """Splats whose centre is nearer along the optical axis are not drawn."""

    @property
    def mode(self) -> str:
        """``antialiased`` or ``classic``, gsplat's words for its two rasterize modes."""
        return "antialiased" if self.antialiased else "classic"

    @property
    def name(self) -> str:
        """The mode, and the largest spread where there is one: for example ``antialiased/spread-0.25``."""
        return self.mode if math.isinf(self.max_spread) else f"{self.mode}/spread-{self.max_spread:g}"
