"""Drawing episodes by the written geometric rules of ``Rules.sampling``; never by whether an agent succeeds.

Every candidate that a rule turns down is counted under that rule's name; the counts are stored beside the episodes.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np

from navbench_gs.catalogue.obstacles import OBSTACLES, footprint
from navbench_gs.catalogue.pedestrians import PEDESTRIANS
from navbench_gs.domain.episode import Episode, EpisodeFile, ObstaclePlacement, Point
from navbench_gs.domain.rules import RULES_V0, Rules
from navbench_gs.domain.scene import TERRAIN_FILE, Scene
from navbench_gs.domain.streams import stream
from navbench_gs.domain.task import Task, task_named
from navbench_gs.errors import InfeasibleEpisodeError
from navbench_gs.suite.endpoints import draw_endpoints, given_endpoints, start_pose
from navbench_gs.suite.obstacle_placement import place_obstacles
from navbench_gs.suite.pedestrian_placement import place_pedestrians
from navbench_gs.suite.site import Floats, Lot, Site, site_of, to_millimetres
from navbench_gs.terrain.terrain import Terrain

Pair = tuple[Point, Point]
"""A start and a goal."""
EPISODES_TRIED = 40
"""Starts and goals drawn for one episode until its obstacles and pedestrians find room."""


def sample_episodes(
    scene: Scene,
    terrain: Terrain,
    task: str,
    count: int | None = None,
    rules: Rules = RULES_V0,
    given: Sequence[Pair] = (),
) -> EpisodeFile:
    """The first ``count`` episodes of a scene and task (the rules' number by default); the same on every call.

    Starts and goals ``given`` (world frame, metres) are those of the first episodes, at whatever distance, unless the
    ground there lacks room; the others are drawn.

    Raises:
        UnknownNameError: there is no such task.
        InfeasibleEpisodeError: the scene admits no episode by the rules.
    """
    kind = task_named(task)
    site = site_of(terrain.grid, rules.sampling)
    rejected: Counter[str] = Counter()
    numbers = range(rules.sampling.episodes_per_task if count is None else count)
    pairs = dict(enumerate(given))
    episodes = tuple(_sample_episode(scene, site, kind, index, rules, rejected, pairs.get(index)) for index in numbers)
    return EpisodeFile(
        scene=scene.scene_id,
        task=task,
        rules=rules.version,
        terrain_sha256=scene.files[TERRAIN_FILE],
        rejected=dict(sorted(rejected.items())),
        episodes=episodes,
    )


def sample_episode(scene: Scene, terrain: Terrain, task: str, index: int, rules: Rules = RULES_V0) -> Episode:
    """One episode alone, the same as :func:`sample_episodes` gives under that index. Raises as it does."""
    return _sample_episode(scene, site_of(terrain.grid, rules.sampling), task_named(task), index, rules, Counter())


def asks_for_detour(index: int, share: float) -> bool:
    """Whether the episode of that index must have a detour, so that among the first n at least ``share`` n do."""
    return int(np.ceil((index + 1) * share - 1e-9)) > int(np.ceil(index * share - 1e-9))


def _sample_episode(
    scene: Scene,
    site: Site,
    task: Task,
    index: int,
    rules: Rules,
    rejected: Counter[str],
    given: Pair | None = None,
) -> Episode:
    lot = Lot(stream(rules.version, scene.scene_id, task.name, index, "sampling"), rejected)
    for _ in range(EPISODES_TRIED):
        episode = _draw_episode(scene, site, task, index, rules, lot, given)
        if episode is not None:
            return episode
    raise InfeasibleEpisodeError(
        f"{scene.scene_id}-{task.name}-{index}: no room by the sampling rules on {EPISODES_TRIED} routes "
        f"({dict(sorted(rejected.items()))})"
    )


def _draw_episode(
    scene: Scene,
    site: Site,
    task: Task,
    index: int,
    rules: Rules,
    lot: Lot,
    given: Pair | None,
) -> Episode | None:
    """One episode on the given or a newly drawn route; None if its obstacles or pedestrians find no room there."""
    wide_m = rules.sampling.passing_clearance_m if task.pedestrians else rules.sampling.clearance_m
    ends = given_endpoints(site, given, way_clearance_m=wide_m) if given is not None else None
    if ends is None:
        if given is not None:
            lot.reject("given start and goal without a wide way")
        detour = asks_for_detour(index, rules.sampling.detour_share)
        ends = draw_endpoints(site, lot, detour=detour, way_clearance_m=wide_m)
    route: Floats = ends.route
    obstacles: tuple[ObstaclePlacement, ...] = ()
    if task.obstacles:
        kinds = [kind for kind in OBSTACLES.values() if scene.suite == "embedded" or not kind.embedded_only]
        layout = place_obstacles(site, ends, kinds, lot)
        if layout is None:
            return None
        obstacles, route = layout.placements, layout.route
    looks = [look.name for look in PEDESTRIANS.values() if scene.suite == "embedded" or not look.embedded_only]
    discs = [footprint(placement) for placement in obstacles]
    pedestrians = place_pedestrians(site, route, discs, looks, lot) if task.pedestrians else ()
    if pedestrians is None:
        return None
    stored = [to_millimetres(*point) for point in route]
    start = to_millimetres(*start_pose(route, site, lot))
    return Episode(
        scene=scene.scene_id,
        task=task.name,
        index=index,
        rules=rules.version,
        start=(start[0], start[1], start[2]),
        goal=(stored[-1][0], stored[-1][1]),
        route=tuple((x, y) for x, y in stored),
        geodesic_m=round(ends.geodesic_m, 3),
        obstacles=obstacles,
        pedestrians=pedestrians,
    )
