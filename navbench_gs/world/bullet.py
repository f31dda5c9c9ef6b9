"""The judge's world: pybullet with one robot, the scene's meshes, obstacles and pedestrians.

Every episode gets a fresh client that is filled in the same order, because ``resetSimulation`` does not bring Bullet
back to the same state (bullet3 #2442). The same commands therefore give the same poses, bit by bit, whatever was
driven before.
"""

from __future__ import annotations

import math
from collections.abc import Container, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from navbench_gs.catalogue.body import Body, BoxBody
from navbench_gs.catalogue.obstacles import obstacle_named
from navbench_gs.domain.action import Velocity
from navbench_gs.domain.episode import Episode, ObstaclePlacement, PedestrianPlacement
from navbench_gs.domain.rules import Rules
from navbench_gs.domain.state import WorldState
from navbench_gs.domain.trajectory import CONTACT_KINDS
from navbench_gs.terrain.terrain import Mesh, Terrain
from navbench_gs.world.client import BulletClient
from navbench_gs.world.pedestrians import Crowd
from navbench_gs.world.wheeled import Motion, RobotReading, Vector, WheeledRobot

GRAVITY_MPS2 = 9.81
SETTLE_S = 0.5
"""How long the robot stands still before time zero, so that it rests on its wheels."""
SURFACE_FRICTION = 1.0
"""Of ground and structure; Bullet multiplies it with the friction of what touches them."""
ROBOT_GROUP, STATIC_GROUP, GROUND_GROUP = 1, 2, 64
"""Collision groups; the first is Bullet's default. The ground has its own, so that rays can ask for it alone.

Nothing but the robot may be in a static body's mask: Bullet would look at all pairs of static bodies in every step."""
SCENE, OBSTACLE, PEDESTRIAN = (CONTACT_KINDS.index(kind) for kind in ("scene", "obstacle", "pedestrian"))
PEDESTRIAN_HEIGHT_M = 1.7
"""Height of every pedestrian's capsule; higher than the robot, so the true height does not matter."""
RAY_M = 100.0
CONTACT_BODY, CONTACT_POINT, CONTACT_NORMAL, CONTACT_DISTANCE, CONTACT_FORCE = 2, 5, 7, 8, 9
"""Fields of Bullet's contacts: the other body, where on the robot, the normal towards the robot, gap and force."""
NEAR_MARGIN_M = 0.3
"""Farther than robot and pedestrian together come between two decisions."""
Turn: TypeAlias = tuple[float, float, float, float]
"""A quaternion as Bullet writes it: x, y, z, w."""
UPRIGHT: Turn = (0.0, 0.0, 0.0, 1.0)


@dataclass(frozen=True)
class Touch:
    """The robot's body touched one actor during one tick."""

    kind: int
    """Index into ``CONTACT_KINDS``."""
    actor: int
    """Number of the obstacle or pedestrian in the Episode; 0 for the scene."""
    approach_mps: float
    """Speed of the robot towards the actor just before the first physics step of the contact in this tick."""


class BulletWorld:
    """One scene under one set of Rules; ``reset`` puts an episode into it, ``tick`` advances it."""

    def __init__(self, terrain: Terrain, rules: Rules) -> None:
        self._terrain, self._rules = terrain, rules
        self._step_s = 1.0 / rules.clock.physics_hz
        self._steps_per_tick = round(rules.clock.tick_s * rules.clock.physics_hz)
        self._lowest_m = float(terrain.ground.vertices[:, 2].min()) - rules.success.fallen_drop_m
        self._client: BulletClient
        self._open = False
        self._now: tuple[RobotReading, WorldState] | None = None

    def reset(self, episode: Episode) -> WorldState:
        """Put ``episode`` into a fresh world; the robot stands settled on its wheels at time zero.

        Raises:
            MissingPackageError: pybullet is not installed.
        """
        self.close()
        self._client = _fresh_client(self._step_s)
        self._open = True
        self._actors: dict[int, tuple[int, int]] = {}
        _add_mesh(self._client, self._terrain.ground, GROUND_GROUP)
        if len(self._terrain.structure.faces):
            self._actors[_add_mesh(self._client, self._terrain.structure)] = (SCENE, 0)
        for index, obstacle in enumerate(episode.obstacles):
            self._actors[self._add_obstacle(obstacle)] = (OBSTACLE, index)
        self._crowd = Crowd(self._terrain.grid, episode, self._rules)
        self._capsules = [self._add_capsule(pedestrian) for pedestrian in episode.pedestrians]
        self._actors.update({body: (PEDESTRIAN, index) for index, body in enumerate(self._capsules)})
        x, y, _ = episode.start
        self._robot = WheeledRobot(self._client, episode.start, self.ground_height(x, y), self._rules.robot)
        for _ in range(round(SETTLE_S / self._step_s)):
            self._client.stepSimulation()
        self._steps = 0
        self._now = None
        return self.state

    def tick(self, command: Velocity) -> tuple[Touch, ...]:
        """Advance one control tick under ``command``; one ``Touch`` per actor that the robot's body touched."""
        touches: dict[tuple[int, int], Touch] = {}
        self._now = None
        for _ in range(self._steps_per_tick):
            self._move_pedestrians()
            self._robot.drive(command, self._step_s)
            before = self._robot.motion()
            self._client.stepSimulation()
            self._steps += 1
            for touch in self._new_touches(touches, before):
                touches[touch.kind, touch.actor] = touch
                if touch.kind == PEDESTRIAN:
                    self._crowd.touched(touch.actor, self._time_s)
        return tuple(touches[key] for key in sorted(touches))

    @property
    def state(self) -> WorldState:
        """Everything that moves, now."""
        return self._read()[1]

    @property
    def fallen(self) -> bool:
        """Whether the robot has tipped over or dropped below the ground."""
        reading = self._read()[0]
        return reading.tilt_rad > self._rules.success.fallen_tilt_rad or reading.ground_z < self._lowest_m

    @property
    def robot_height(self) -> float:
        """Height of the ground that the robot's wheels stand on, metres."""
        return self._read()[0].ground_z

    def ground_height(self, x: float, y: float) -> float:
        """Height of the highest ground at world (x, y), metres; that of the lowest vertex where there is none."""
        fraction: float = self._client.rayTest(
            [x, y, RAY_M / 2.0], [x, y, -RAY_M / 2.0], collisionFilterMask=GROUND_GROUP
        )[0][2]
        return RAY_M / 2.0 - fraction * RAY_M if fraction < 1.0 else float(self._terrain.ground.vertices[:, 2].min())

    def close(self) -> None:
        """Give the physics client back; the world may be reset again."""
        if self._open:
            self._client.disconnect()
            self._open = False

    @property
    def _time_s(self) -> float:
        return self._steps * self._step_s

    def _read(self) -> tuple[RobotReading, WorldState]:
        """The robot's reading and the state of this moment, read once per tick."""
        if self._now is None:
            reading = self._robot.read()
            state = WorldState(
                time_s=self._time_s,
                robot=reading.pose,
                robot_velocity=reading.velocity,
                pedestrians=self._crowd.poses(self._time_s),
                pedestrian_velocities=self._crowd.velocities.copy(),
            )
            self._now = (reading, state)
        return self._now

    def _add_obstacle(self, obstacle: ObstaclePlacement) -> int:
        """A static body of all primitives of the obstacle's type, standing on the ground."""
        x, y, yaw = obstacle.pose
        return _add_static(
            self._client,
            _compound(self._client, obstacle_named(obstacle.kind).bodies),
            (x, y, self.ground_height(x, y)),
            (0.0, 0.0, math.sin(yaw / 2), math.cos(yaw / 2)),
        )

    def _add_capsule(self, pedestrian: PedestrianPlacement) -> int:
        radius = pedestrian.radius_m
        shape = self._client.createCollisionShape(
            self._client.GEOM_CAPSULE, radius=radius, height=PEDESTRIAN_HEIGHT_M - 2.0 * radius
        )
        x, y, _ = pedestrian.start
        centre = (x, y, self.ground_height(x, y) + PEDESTRIAN_HEIGHT_M / 2.0)
        return _add_static(self._client, shape, centre)

    def _move_pedestrians(self) -> None:
        """Let pedestrians decide when it is time, and move those whose turn it is to where they are now."""
        if not self._capsules:
            return
        clock, time_s = self._rules.clock, self._time_s
        if self._steps % (clock.physics_hz // clock.pedestrian_decision_hz) == 0:
            robot = self._robot.read()
            self._crowd.decide(time_s, robot.pose, robot.velocity)
            places = self._crowd.positions(time_s)
            self._heights = [self.ground_height(x, y) for x, y in places]
            gaps = np.hypot(places[:, 0] - robot.pose[0], places[:, 1] - robot.pose[1])
            self._near = [int(i) for i in np.flatnonzero(gaps < clock.pedestrian_near_m + NEAR_MARGIN_M)]
        everyone = self._steps % (clock.physics_hz // clock.pedestrian_far_hz) == 0
        moved = range(len(self._capsules)) if everyone else self._near
        if moved:
            places = self._crowd.positions(time_s)
        for index in moved:
            centre = (*places[index], self._heights[index] + PEDESTRIAN_HEIGHT_M / 2.0)
            self._client.resetBasePositionAndOrientation(self._capsules[index], centre, UPRIGHT)

    def _new_touches(self, known: Container[tuple[int, int]], before: Motion) -> list[Touch]:
        """Touches of the actors met in this physics step that are not yet ``known``.

        ``before`` is the robot's motion ahead of the step: the contact itself has already slowed it.
        """
        approach: dict[tuple[int, int], float] = {}
        for contact in self._client.getContactPoints(self._robot.body):
            actor = self._actors.get(contact[CONTACT_BODY])
            if actor is None or actor in known:
                continue
            if contact[CONTACT_DISTANCE] <= 0.0 or contact[CONTACT_FORCE] > 0.0:
                speed = -_speed_along(contact[CONTACT_NORMAL], contact[CONTACT_POINT], before)
                approach[actor] = max(approach.get(actor, -math.inf), speed)
        return [Touch(*actor, speed) for actor, speed in approach.items()]


def _speed_along(direction: Vector, point: Vector, motion: Motion) -> float:
    """Speed of a moving rigid body's material point along ``direction``, m/s."""
    (cx, cy, cz), (vx, vy, vz), (wx, wy, wz) = motion
    rx, ry, rz = point[0] - cx, point[1] - cy, point[2] - cz
    return (
        direction[0] * (vx + wy * rz - wz * ry)
        + direction[1] * (vy + wz * rx - wx * rz)
        + direction[2] * (vz + wx * ry - wy * rx)
    )


def _fresh_client(step_s: float) -> BulletClient:
    """A new Bullet world, set up for repeatable stepping."""
    client = BulletClient()
    client.setPhysicsEngineParameter(deterministicOverlappingPairs=1, fixedTimeStep=step_s)
    client.setGravity(0.0, 0.0, -GRAVITY_MPS2)
    return client


def _add_mesh(client: BulletClient, mesh: Mesh, group: int = STATIC_GROUP) -> int:
    """A static concave body of a triangle mesh; wheels roll over its inner edges without a jolt."""
    shape = client.createCollisionShape(
        client.GEOM_MESH,
        vertices=mesh.vertices.astype(np.float64).tolist(),
        indices=mesh.faces.ravel().tolist(),
        flags=client.GEOM_FORCE_CONCAVE_TRIMESH | client.GEOM_CONCAVE_INTERNAL_EDGE,
    )
    body: int = client.createMultiBody(0, shape)  # a plain rigid body would lose the care for inner edges
    client.setCollisionFilterGroupMask(body, -1, group, ROBOT_GROUP)
    client.changeDynamics(body, -1, lateralFriction=SURFACE_FRICTION)
    return body


def _add_static(client: BulletClient, shape: int, place: Vector, turn: Turn = UPRIGHT) -> int:
    """A body of mass zero that collides with the robot only; as a plain rigid body it costs the least."""
    body: int = client.createMultiBody(0, shape, -1, place, turn, useMaximalCoordinates=1)
    client.setCollisionFilterGroupMask(body, -1, STATIC_GROUP, ROBOT_GROUP)
    return body


def _compound(client: BulletClient, bodies: Sequence[Body]) -> int:
    """One collision shape of catalogue bodies in their common frame."""
    boxes = [isinstance(body, BoxBody) for body in bodies]
    shape: int = client.createCollisionShapeArray(
        shapeTypes=[client.GEOM_BOX if box else client.GEOM_CYLINDER for box in boxes],
        halfExtents=[body.half if isinstance(body, BoxBody) else (0.0, 0.0, 0.0) for body in bodies],
        radii=[0.0 if isinstance(body, BoxBody) else body.radius_m for body in bodies],
        lengths=[0.0 if isinstance(body, BoxBody) else body.height_m for body in bodies],
        collisionFramePositions=[body.centre for body in bodies],
    )
    return shape
