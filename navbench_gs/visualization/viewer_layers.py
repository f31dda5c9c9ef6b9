"""Layers of the viewer: what a visitor may show and hide, and how place and problem are put into them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np

from navbench_gs.domain.cloud import GaussianCloud
from navbench_gs.domain.episode import Episode
from navbench_gs.domain.rules import Rules
from navbench_gs.domain.scene import Scene
from navbench_gs.domain.state import WorldState
from navbench_gs.render.actors import Stage, flat_ground
from navbench_gs.suite.clouds import load_light
from navbench_gs.terrain.terrain import Mesh, Terrain
from navbench_gs.visualization.viewer_arrays import LIFT_M, GroundHeight, splat_arrays, walkable_mesh, way_segments

SPLATS, ACTORS, WALKABLE, STRUCTURE, GROUND, PROBLEM, ROBOT = (
    "splats",
    "obstacles and pedestrians",
    "walkable area",
    "collision mesh",
    "ground mesh",
    "route and goal",
    "robot",
)
SHOWN_FIRST = (SPLATS, ACTORS, PROBLEM, ROBOT)
Colour = tuple[int, int, int]
WALKABLE_COLOUR, STRUCTURE_COLOUR, GROUND_COLOUR = (0, 158, 115), (150, 150, 160), (120, 110, 90)
ROUTE_COLOUR, GOAL_COLOUR = (60, 60, 60), (230, 159, 0)
WAY_WIDTH_M = 0.06


class Layers:
    """Nodes of a viser scene by layer.

    Args:
        scene: viser's scene.
        ground_height: height of the ground that things lie on.
    """

    def __init__(self, scene: Any, ground_height: GroundHeight) -> None:
        self.scene, self._ground_height = scene, ground_height
        self.nodes: dict[str, list[Any]] = {}

    def add(self, layer: str, make: Callable[..., Any], name: str, **what: Any) -> Any:
        """Make a node by one of viser's functions and keep it."""
        node = make(name, **what)
        self.nodes.setdefault(layer, []).append(node)
        return node

    def add_splats(self, layer: str, name: str, cloud: GaussianCloud) -> Any:
        """Add Gaussians."""
        return self.add(layer, self.scene.add_gaussian_splats, name, **splat_arrays(cloud)._asdict())

    def add_mesh(self, layer: str, mesh: Mesh, colour: Colour, opacity: float) -> None:
        """Add a mesh, seen from both sides; nothing if it is empty."""
        if len(mesh.faces):
            look = {"color": colour, "opacity": opacity, "flat_shading": True, "side": "double"}
            name = f"/{layer.replace(' ', '_')}"
            self.add(layer, self.scene.add_mesh_simple, name, vertices=mesh.vertices, faces=mesh.faces, **look)

    def add_way(self, layer: str, name: str, way: Any, colour: Colour) -> None:
        """Add a way (P, 2) on the ground; nothing if it is a single point."""
        points = way_segments(way, self._ground_height)
        if len(points):
            look = {"colors": colour, "thickness": WAY_WIDTH_M}
            self.add(layer, self.scene.add_line_segments, name, points=points, **look)

    def set_visible(self, layer: str, visible: bool) -> None:
        """Show or hide a layer."""
        for node in self.nodes[layer]:
            node.visible = visible


def add_place(layers: Layers, cloud: GaussianCloud, terrain: Terrain, ground_height: GroundHeight) -> None:
    """Put a scene's splats, meshes and walkable area into their layers."""
    layers.add_splats(SPLATS, "/splats", cloud)
    layers.add_mesh(WALKABLE, walkable_mesh(terrain.grid, ground_height), WALKABLE_COLOUR, 0.45)
    layers.add_mesh(STRUCTURE, terrain.structure, STRUCTURE_COLOUR, 0.85)
    layers.add_mesh(GROUND, terrain.ground, GROUND_COLOUR, 1.0)


def add_problem(
    layers: Layers, scene: Scene, episode: Episode, state: WorldState, rules: Rules, ground_height: GroundHeight
) -> list[Any]:
    """Put route, goal and obstacles into their layers, and the pedestrians, whose nodes are returned in order.

    A pedestrian stands at the origin, feet together and facing along x: its node is to be moved.
    """
    layers.add_way(PROBLEM, "/route", episode.route, ROUTE_COLOUR)
    goal = {
        "radius": rules.success.radius_m,
        "height": LIFT_M,
        "position": (*episode.goal, ground_height(*episode.goal) + LIFT_M),
    }
    layers.add(PROBLEM, layers.scene.add_cylinder, "/goal", color=GOAL_COLOUR, opacity=0.6, **goal)
    nobody = replace(state, pedestrians=np.zeros((0, 3)), pedestrian_velocities=np.zeros((0, 2)))
    still = episode.model_copy(update={"pedestrians": ()})
    obstacles = Stage(scene, still, ground_height, load_light(scene)).actors(nobody)
    if obstacles is not None:
        layers.add_splats(ACTORS, "/obstacles", obstacles)
    somebody = replace(state, pedestrians=np.zeros((1, 3)), pedestrian_velocities=np.zeros((1, 2)))
    people = []
    for number, pedestrian in enumerate(episode.pedestrians):
        alone = episode.model_copy(update={"obstacles": (), "pedestrians": (pedestrian,)})
        cloud = Stage(scene, alone, flat_ground).actors(somebody)
        assert cloud is not None
        people.append(layers.add_splats(ACTORS, f"/pedestrians/{number}", cloud))
    return people
