"""Every frozen episode of the repository keeps the written sampling rules."""

import math

import numpy as np
import pytest

from navbench_gs.catalogue.obstacles import OBSTACLES, footprint
from navbench_gs.catalogue.pedestrians import PEDESTRIANS
from navbench_gs.domain.episode import Episode
from navbench_gs.domain.rules import RULES_V0
from navbench_gs.domain.task import TASKS
from navbench_gs.geometry import arc_lengths, point_along, wrap_angle
from navbench_gs.suite.catalog import load_scene, scene_ids
from navbench_gs.suite.episodes import load_episodes
from navbench_gs.suite.freeze import episode_file_text
from navbench_gs.suite.obstacle_placement import near_share
from navbench_gs.suite.sampling import sample_episodes
from navbench_gs.terrain.distance import clearance_field, occupied_by
from navbench_gs.terrain.terrain import load_terrain

RULES = RULES_V0.sampling
SCENES = [*scene_ids("embedded"), *scene_ids("dev")]
ROUNDING_M = 0.002
CELL_M = 0.1
TOLERANCE_M = 0.11
"""Clearance is kept at the centres of the cells that a route passes through, so a cell less beside them."""
TIMING_S = 0.5


def frozen(scene_id: str) -> list[Episode]:
    scene = load_scene(scene_id)
    return [episode for task in TASKS for episode in load_episodes(scene, task)]


def detour_ratio(episode: Episode) -> float:
    return episode.geodesic_m / math.dist(episode.start[:2], episode.goal)


def check_endpoints(episode: Episode, clearance) -> None:
    route = np.array(episode.route)
    assert math.dist(route[0], episode.start[:2]) < ROUNDING_M and math.dist(route[-1], episode.goal) < ROUNDING_M
    assert RULES.geodesic_m[0] <= episode.geodesic_m <= RULES.geodesic_m[1]
    assert clearance.at(np.array([episode.start[:2], episode.goal])).min() >= RULES.clearance_m - ROUNDING_M
    ahead = point_along(route, 1.0)
    along = math.atan2(ahead[1] - route[0, 1], ahead[0] - route[0, 0])
    assert abs(wrap_angle(episode.start[2] - along)) <= RULES.start_heading_rad + 0.01


def check_free_path(episode: Episode, grid) -> None:
    route = np.array(episode.route)
    window = grid.window(route, 3.0)
    field = clearance_field(window, occupied=occupied_by(window, [footprint(o) for o in episode.obstacles]))
    wanted = RULES.passing_clearance_m if episode.pedestrians else RULES.clearance_m
    assert field.at(route).min() >= wanted - TOLERANCE_M
    assert arc_lengths(route)[-1] <= RULES.route_stretch * episode.geodesic_m + CELL_M


def check_obstacles(episode: Episode) -> None:
    low, high = RULES.obstacles
    assert low <= len(episode.obstacles) <= high
    assert near_share(episode.obstacles, np.array(episode.route), RULES.obstacle_near_route_m) >= (
        RULES.obstacle_near_share
    )
    discs = np.array([footprint(obstacle) for obstacle in episode.obstacles])
    for end, clear in ((episode.start[:2], RULES.obstacle_start_clear_m), (episode.goal, RULES.obstacle_goal_clear_m)):
        gaps = np.hypot(discs[:, 0] - end[0], discs[:, 1] - end[1]) - discs[:, 2]
        assert gaps.min() >= clear - ROUNDING_M


def crosses_in_time(start, goal, speed: float, wait: float, route: np.ndarray) -> bool:
    """Whether the walk from start to goal cuts the route just when a robot at the timing speed is there."""
    leg = np.array(goal) - start
    lengths = arc_lengths(route)
    for a, b, before in zip(route[:-1], route[1:], lengths, strict=False):
        span, offset = b - a, a - start
        area = leg[0] * span[1] - leg[1] * span[0]
        if abs(area) < 1e-9:
            continue
        on_leg = (offset[0] * span[1] - offset[1] * span[0]) / area
        on_span = (offset[0] * leg[1] - offset[1] * leg[0]) / area
        if 0 <= on_leg <= 1 and -0.01 <= on_span <= 1.01:
            arrival = wait + on_leg * math.hypot(*leg) / speed
            robot = (before + on_span * math.hypot(*span)) / RULES.timing_speed_mps
            if abs(arrival - robot) <= TIMING_S:
                return True
    return False


def check_pedestrians(episode: Episode) -> None:
    low, high = RULES.pedestrians
    people, route = episode.pedestrians, np.array(episode.route)
    assert low <= len(people) <= high
    for person in people:
        assert RULES.pedestrian_speed_mps[0] <= person.speed_mps <= RULES.pedestrian_speed_mps[1]
        assert math.dist(person.start[:2], episode.start[:2]) >= RULES.pedestrian_start_clear_m - ROUNDING_M
    crossing = sum(crosses_in_time(np.array(p.start[:2]), p.goals[0], p.speed_mps, p.wait_s, route) for p in people)
    assert crossing >= RULES.pedestrian_cross_share * len(people), f"{crossing} of {len(people)} cross"


@pytest.mark.parametrize("scene_id", SCENES)
def test_every_frozen_episode_keeps_the_sampling_rules(scene_id):
    scene = load_scene(scene_id)
    grid = load_terrain(scene).grid
    clearance = clearance_field(grid)
    for episode in frozen(scene_id):
        check_endpoints(episode, clearance)
        check_free_path(episode, grid)
        if TASKS[episode.task].obstacles:
            check_obstacles(episode)
        if TASKS[episode.task].pedestrians:
            check_pedestrians(episode)


def test_every_scene_has_the_rules_number_of_episodes_of_every_task():
    for scene_id in SCENES:
        scene = load_scene(scene_id)
        assert [len(load_episodes(scene, task)) for task in TASKS] == [RULES.episodes_per_task] * len(TASKS)


def test_at_least_a_third_of_each_tasks_episodes_is_a_detour():
    for task in TASKS:
        ratios = [detour_ratio(e) for scene in scene_ids("embedded") for e in load_episodes(load_scene(scene), task)]
        assert np.mean(np.array(ratios) >= RULES.detour_ratio) >= 1 / 3


def test_three_in_ten_pedestrians_are_blind():
    people = [person for scene in SCENES for episode in frozen(scene) for person in episode.pedestrians]
    assert np.mean([person.behaviour == "blind" for person in people]) == pytest.approx(0.3, abs=0.03)


def test_a_third_of_kinds_and_looks_occurs_only_among_the_embedded_scenes():
    def used(suite: str) -> tuple[set[str], set[str]]:
        episodes = [episode for scene in scene_ids(suite) for episode in frozen(scene)]
        return {o.kind for e in episodes for o in e.obstacles}, {p.look for e in episodes for p in e.pedestrians}

    kinds, looks = used("embedded")
    dev_kinds, dev_looks = used("dev")
    assert kinds == set(OBSTACLES) and looks == set(PEDESTRIANS)
    assert kinds - dev_kinds == {kind.name for kind in OBSTACLES.values() if kind.embedded_only}
    assert looks - dev_looks == {look.name for look in PEDESTRIANS.values() if look.embedded_only}


@pytest.mark.parametrize(
    ("scene_id", "task"), [("plaza_00", "empty"), ("crossing_00", "ped"), ("plaza_50", "obstacle")]
)
def test_freezing_again_gives_the_same_file(scene_id, task):
    scene = load_scene(scene_id)
    again = episode_file_text(sample_episodes(scene, load_terrain(scene), task))
    assert again == (scene.folder / "episodes" / f"{task}.json").read_text()
