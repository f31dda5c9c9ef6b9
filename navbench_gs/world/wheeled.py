"""The embodiment ``wheeled`` inside Bullet: loading, driving and reading one differential-drive robot."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from navbench_gs.domain.action import Velocity
from navbench_gs.domain.rules import RobotRules
from navbench_gs.world.client import BulletClient

URDF = Path(__file__).with_name("wheeled.urdf")
WHEEL_RADIUS_M = 0.12
TRACK_M = 0.26
"""Distance between the middles of the two wheels."""
CENTRE_HEIGHT_M = 0.20
"""Height of the body frame (the centre of mass) above the ground the wheels stand on."""
WHEELS = (0, 1)
"""Joint numbers of the left and the right wheel in the URDF."""
CASTERS = (2, 3)
WHEEL_FRICTION = 1.0
WHEEL_TORQUE_NM = 12.0
"""Enough for three times the acceleration limit; too little to climb a wall."""

Vector: TypeAlias = tuple[float, float, float]
Motion: TypeAlias = tuple[Vector, Vector, Vector]
"""Centre of mass, linear and angular velocity of a rigid body, world frame."""


@dataclass(frozen=True, eq=False)
class RobotReading:
    """Where a robot is and how it moves at one moment."""

    pose: NDArray[np.float64]
    """(3,) x, y, yaw, world frame."""
    velocity: NDArray[np.float64]
    """(2,) forward speed m/s, yaw rate rad/s."""
    ground_z: float
    """Height of the ground that the wheels stand on, metres."""
    tilt_rad: float
    """Angle between the robot's up and the world's."""


class WheeledRobot:
    """One robot in a Bullet client; its set-points change no faster than its acceleration limits."""

    def __init__(
        self, client: BulletClient, pose: tuple[float, float, float], ground_z: float, rules: RobotRules
    ) -> None:
        self._client, self._rules = client, rules
        x, y, yaw = pose
        self.body: int = client.loadURDF(
            str(URDF), [x, y, ground_z + CENTRE_HEIGHT_M], [0.0, 0.0, math.sin(yaw / 2), math.cos(yaw / 2)]
        )
        client.changeDynamics(self.body, -1, linearDamping=0.0, angularDamping=0.0, lateralFriction=0.3)
        for wheel in WHEELS:
            client.changeDynamics(self.body, wheel, lateralFriction=WHEEL_FRICTION, linearDamping=0.0, jointDamping=0.0)
        for caster in CASTERS:
            client.changeDynamics(self.body, caster, lateralFriction=0.0, linearDamping=0.0)
        self._set_point = (0.0, 0.0)
        self._turn_wheels()

    def drive(self, command: Velocity, seconds: float) -> None:
        """Move the set-points towards ``command`` as far as the limits allow in ``seconds``."""
        speed, rate = self._set_point
        speed_step = self._rules.max_acceleration_mps2 * seconds
        rate_step = self._rules.max_yaw_acceleration_rps2 * seconds
        wanted = (
            speed + min(max(command.speed_mps - speed, -speed_step), speed_step),
            rate + min(max(command.yaw_rate_rps - rate, -rate_step), rate_step),
        )
        if wanted != self._set_point:
            self._set_point = wanted
            self._turn_wheels()

    def _turn_wheels(self) -> None:
        speed, rate = self._set_point
        across = rate * TRACK_M / 2.0
        self._client.setJointMotorControlArray(
            self.body,
            WHEELS,
            self._client.VELOCITY_CONTROL,
            targetVelocities=((speed - across) / WHEEL_RADIUS_M, (speed + across) / WHEEL_RADIUS_M),
            forces=(WHEEL_TORQUE_NM, WHEEL_TORQUE_NM),
        )

    def motion(self) -> Motion:
        """Where the centre of mass is and how the body moves now."""
        return (
            self._client.getBasePositionAndOrientation(self.body)[0],
            *self._client.getBaseVelocity(self.body),
        )

    def read(self) -> RobotReading:
        """Where the robot is and how it moves now."""
        (x, y, z), quaternion = self._client.getBasePositionAndOrientation(self.body)
        m = self._client.getMatrixFromQuaternion(quaternion)
        linear, angular = self._client.getBaseVelocity(self.body)
        yaw = math.atan2(m[3], m[0])
        return RobotReading(
            pose=np.array([x, y, yaw]),
            velocity=np.array([linear[0] * math.cos(yaw) + linear[1] * math.sin(yaw), angular[2]]),
            ground_z=z - CENTRE_HEIGHT_M * m[8],
            tilt_rad=math.acos(min(max(m[8], -1.0), 1.0)),
        )
