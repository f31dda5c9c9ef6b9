"""Against the published program's rule, worked by hand."""

import pytest

from baselines.topomap import TopologicalMap


def at(node, *, nodes=20, moves_on=True):
    place = TopologicalMap(nodes, moves_on=moves_on)
    place.closest = node
    return place


@pytest.mark.parametrize(("node", "compared"), [(0, range(6)), (7, range(3, 13)), (17, range(13, 20))])
def test_nodes_up_to_four_behind_and_five_ahead_are_compared(node, compared):
    assert at(node).candidates() == compared


def test_a_far_node_is_headed_for_itself():
    place = at(7)
    assert place.headed_for([9, 8, 7, 6, 5, 4, 5, 6, 7, 8]) == 5 and place.closest == 8


def test_past_a_close_node_the_next_is_headed_for_and_the_map_moves_on():
    place = at(7)
    assert place.headed_for([9, 8, 7, 6, 5, 2, 5, 6, 7, 8]) == 6 and place.closest == 9


def test_nomads_map_stays_at_the_closest_node():
    place = at(7, moves_on=False)
    assert place.headed_for([9, 8, 7, 6, 5, 2, 5, 6, 7, 8]) == 6 and place.closest == 8


def test_the_goal_is_the_last_to_be_headed_for():
    place = at(17)
    assert place.headed_for([9, 9, 9, 9, 9, 9, 1]) == 6 and place.closest == 19
