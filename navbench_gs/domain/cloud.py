"""GaussianCloud: the record of N 3-D Gaussians in one frame, all arrays of equal length."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from navbench_gs.errors import DamagedFileError

Float32s = NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class GaussianCloud:
    """N Gaussians with view-dependent colour, in gsplat's activated form."""

    means: Float32s
    """(N, 3) centres, metres."""
    quats: Float32s
    """(N, 4) unit quaternions wxyz: the frame of the three axes."""
    scales: Float32s
    """(N, 3) standard deviations along the axes, metres (linear, not log)."""
    opacities: Float32s
    """(N,) in [0, 1] (not logits)."""
    sh: Float32s
    """(N, K, 3) spherical harmonics of the displayed RGB, K in 1, 4, 9, 16; colour = max(0, 0.5 + sum)."""

    def __len__(self) -> int:
        return len(self.means)

    @property
    def sh_degree(self) -> int:
        """Degree of the harmonics, 0 to 3."""
        return {1: 0, 4: 1, 9: 2, 16: 3}[self.sh.shape[1]]

    def validated(self, source: str) -> GaussianCloud:
        """The cloud itself, if its arrays are sound.

        Raises:
            DamagedFileError: a shape is wrong, a value is not finite, a quaternion is zero or a scale is not positive.
        """
        n = len(self.means)
        shapes = {"means": (n, 3), "quats": (n, 4), "scales": (n, 3), "opacities": (n,)}
        for name, shape in shapes.items():
            if getattr(self, name).shape != shape:
                raise DamagedFileError(f"{source}: {name} has shape {getattr(self, name).shape}, expected {shape}")
        if self.sh.ndim != 3 or self.sh.shape[0] != n or self.sh.shape[1] not in (1, 4, 9, 16) or self.sh.shape[2] != 3:
            raise DamagedFileError(f"{source}: sh has shape {self.sh.shape}, expected ({n}, 1|4|9|16, 3)")
        for name in ("means", "quats", "scales", "opacities", "sh"):
            bad = ~np.isfinite(getattr(self, name)).reshape(n, -1).all(axis=1)
            if bad.any():
                raise DamagedFileError(f"{source}: {name} of Gaussian {int(np.argmax(bad))} is not finite")
        if n and (np.abs(self.quats).sum(axis=1) < 1e-6).any():
            raise DamagedFileError(f"{source}: a quaternion is zero")
        if n and (self.scales <= 0).any():
            raise DamagedFileError(f"{source}: a scale is not positive")
        return self


NO_GAUSSIANS = GaussianCloud(
    means=np.zeros((0, 3), dtype=np.float32),
    quats=np.zeros((0, 4), dtype=np.float32),
    scales=np.zeros((0, 3), dtype=np.float32),
    opacities=np.zeros(0, dtype=np.float32),
    sh=np.zeros((0, 1, 3), dtype=np.float32),
)
"""The empty cloud."""
