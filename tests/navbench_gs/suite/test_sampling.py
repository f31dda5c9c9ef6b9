import math

import numpy as np
import pytest

from navbench_gs.catalogue.obstacles import OBSTACLES
from navbench_gs.domain.episode import EpisodeFile, ObstaclePlacement
from navbench_gs.domain.record import parse_record
from navbench_gs.domain.rules import RULES_V0, SamplingRules
from navbench_gs.domain.streams import stream
from navbench_gs.errors import InfeasibleEpisodeError, UnknownNameError
from navbench_gs.suite.endpoints import draw_endpoints, start_pose
from navbench_gs.suite.freeze import episode_file_text
from navbench_gs.suite.obstacle_placement import near_share
from navbench_gs.suite.sampling import asks_for_detour, sample_episode, sample_episodes
from navbench_gs.suite.site import Lot, site_of
from navbench_gs.terrain.terrain import Grid

RULES = SamplingRules()


def hall(walkable: bool = True) -> Grid:
    return Grid(np.full((300, 100), walkable), np.zeros((300, 100), bool), (0.0, 0.0), 0.1)


def test_the_same_scene_and_task_give_the_same_file(yard):
    first, second = (sample_episodes(yard.scene, yard.terrain, "obstacle_ped", 1) for _ in range(2))
    assert episode_file_text(first) == episode_file_text(second)


def test_an_episode_does_not_depend_on_how_many_others_are_sampled(yard):
    many = sample_episodes(yard.scene, yard.terrain, "ped", 3)
    assert sample_episode(yard.scene, yard.terrain, "ped", 2) == many.episodes[2]
    assert sample_episodes(yard.scene, yard.terrain, "ped", 1).episodes == many.episodes[:1]


def test_tasks_draw_episodes_of_their_own(yard):
    empty, ped = (sample_episode(yard.scene, yard.terrain, task, 0) for task in ("empty", "ped"))
    assert empty.start != ped.start


def test_a_written_episode_file_reads_back_as_it_was(yard):
    file = sample_episodes(yard.scene, yard.terrain, "obstacle", 2)
    text = episode_file_text(file)
    assert parse_record(text, EpisodeFile, source="text") == file
    assert len(text.splitlines()) == 2 + 2  # head, one line an episode, tail


@pytest.mark.parametrize(("task", "obstacles", "pedestrians"), [("empty", 0, 0), ("obstacle", 1, 0), ("ped", 0, 1)])
def test_a_task_holds_what_its_name_says(yard, task, obstacles, pedestrians):
    episode = sample_episode(yard.scene, yard.terrain, task, 0)
    assert (bool(episode.obstacles), bool(episode.pedestrians)) == (bool(obstacles), bool(pedestrians))


def test_an_unknown_task_is_refused(yard):
    with pytest.raises(UnknownNameError):
        sample_episodes(yard.scene, yard.terrain, "crowd")


@pytest.mark.parametrize("share", [0.0, 0.25, 0.4, 0.5, 1.0])
def test_of_the_first_n_episodes_at_least_the_share_asks_for_a_detour_and_not_one_more(share):
    for n in range(1, 21):
        assert sum(asks_for_detour(index, share) for index in range(n)) == math.ceil(n * share - 1e-9)


def test_a_hall_without_corners_has_no_detour_to_offer_and_says_so():
    lot = Lot(stream("a"))
    ends = draw_endpoints(site_of(hall(), RULES), lot, detour=True, way_clearance_m=0.5)
    assert ends.detour_ratio < RULES.detour_ratio
    assert lot.rejected["scene without detours"] == 1


def test_endpoints_are_in_range_and_the_route_leads_from_one_to_the_other():
    for number in range(10):
        ends = draw_endpoints(site_of(hall(), RULES), Lot(stream("b", number)), detour=False, way_clearance_m=0.5)
        assert RULES.geodesic_m[0] <= ends.geodesic_m <= RULES.geodesic_m[1]
        assert tuple(ends.route[0]) == ends.start and tuple(ends.route[-1]) == ends.goal


def test_nowhere_to_walk_makes_no_episode():
    with pytest.raises(InfeasibleEpisodeError, match=r"no start and goal 10.0-30.0 m apart"):
        draw_endpoints(site_of(hall(walkable=False), RULES), Lot(stream("c")), detour=False, way_clearance_m=0.5)


def test_the_start_looks_along_the_route_within_thirty_degrees_to_either_side():
    route = np.array([(0.0, 0.0), (0.0, 5.0)])
    yaws = [start_pose(route, site_of(hall(), RULES), Lot(stream("d", number)))[2] for number in range(200)]
    off = np.degrees(np.array(yaws) - math.pi / 2)
    assert np.abs(off).max() <= 30.0 and off.min() < -25.0 and off.max() > 25.0


def test_an_obstacle_is_near_the_route_if_its_footprint_comes_within_reach():
    radius = OBSTACLES["bin"].radius_m
    route = np.array([(0.0, 0.0), (10.0, 0.0)])
    at = [ObstaclePlacement(kind="bin", pose=(5.0, y, 0.0)) for y in (0.99 + radius, 1.01 + radius)]
    assert near_share(at, route, 1.0) == 0.5


def test_the_looks_kept_for_the_embedded_suite_are_not_sampled_elsewhere(yard):
    assert yard.scene.suite != "embedded"
    kept = {kind.name for kind in OBSTACLES.values() if kind.embedded_only}
    outside = sample_episodes(yard.scene, yard.terrain, "obstacle", 2)
    inside = sample_episodes(yard.scene.model_copy(update={"suite": "embedded"}), yard.terrain, "obstacle", 2)
    assert not kept & {placed.kind for episode in outside.episodes for placed in episode.obstacles}
    assert kept & {placed.kind for episode in inside.episodes for placed in episode.obstacles}


def test_the_version_of_the_rules_keys_the_streams(yard):
    other = RULES_V0.model_copy(update={"version": "v1"})
    assert (
        sample_episode(yard.scene, yard.terrain, "empty", 0, other).start
        != sample_episode(yard.scene, yard.terrain, "empty", 0).start
    )


def test_given_starts_and_goals_come_first_unless_they_lack_room(yard):
    inside_a_wall = ((0.0, 0.0), (6.0, 0.0))
    pair = ((-6.0, -6.0), (-6.0, 7.0))
    file = sample_episodes(yard.scene, yard.terrain, "empty", count=3, given=[pair, inside_a_wall])
    first, second, third = file.episodes
    assert first.start[:2] == pair[0] and first.goal == pair[1]
    assert second.goal != inside_a_wall[1]
    assert file.rejected["given start and goal without a wide way"] == 1
    assert third == sample_episodes(yard.scene, yard.terrain, "empty", count=3).episodes[2]
