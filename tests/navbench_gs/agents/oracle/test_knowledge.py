import numpy as np
import pytest

from navbench_gs.agents.oracle.agent import OracleAgent
from navbench_gs.agents.oracle.knowledge import NOWHERE_M, Knowledge, described, words_of
from navbench_gs.domain.state import WorldState
from navbench_gs.errors import AgentCardError, UnknownNameError
from navbench_gs.terrain.terrain import load_terrain


@pytest.fixture
def told(yard):
    """Maker of what is told by words, of the pedestrians of an episode in the yard."""
    episode, grid = yard.episode("ped"), load_terrain(yard.scene).grid
    return lambda *words: Knowledge(words, episode.pedestrians, grid)


def state_of(knowledge, places, velocities):
    """A moment with the robot at (-4, 0) looking along x, and pedestrians at ``places`` (P, 2)."""
    count = len(knowledge.radii)
    people = np.zeros((count, 3))
    people[:, :2] = np.resize(places, (count, 2))
    return WorldState(0.0, np.array([-4.0, 0.0, 0.0]), np.zeros(2), people, np.resize(velocities, (count, 2)))


def test_steady_pedestrians_go_on_and_standing_ones_stay(told):
    for word, reached in (("steady", [[0.2, -0.1], [0.4, -0.2]]), ("standing", [[0.0, 0.0], [0.0, 0.0]])):
        knowledge = told(word)
        places = knowledge.places(state_of(knowledge, [[0.0, 0.0]], [[1.0, -0.5]]), 2, 0.2)
        assert places.shape == (2, len(knowledge.radii), 2)
        np.testing.assert_allclose(places[:, 0], reached, atol=1e-12)


def test_only_who_is_in_view_is_told_of(told):
    ahead, behind = [[0.0, 0.0]], [[-8.0, 0.0]]
    for place, known in ((ahead, True), (behind, False)):
        knowledge = told("in_view", "standing")
        places = knowledge.places(state_of(knowledge, place, [[0.0, 0.0]]), 1, 0.2)
        assert bool(places[0, 0, 0] < NOWHERE_M) == known
        everyone = told("standing").places(state_of(knowledge, place, [[0.0, 0.0]]), 1, 0.2)
        np.testing.assert_allclose(everyone[0, 0], place[0])


def test_without_a_word_it_is_told_where_they_are_bound(told):
    """Someone who stands still now, but has somewhere to go, is foreseen to walk there."""
    bound, steady = told(), told("steady")
    state = state_of(bound, [[0.0, 0.0]], [[0.0, 0.0]])
    assert np.hypot(*(bound.places(state, 10, 0.2)[-1, 0] - state.pedestrians[0, :2])) > 0.3
    np.testing.assert_allclose(steady.places(state, 10, 0.2)[-1, 0], state.pedestrians[0, :2])


def test_words_are_ordered_and_name_the_agent():
    assert words_of("") == ()
    assert words_of("steady, in_view") == ("in_view", "steady")
    assert OracleAgent("steady,in_view").card.name == "oracle:in_view,steady"
    assert OracleAgent().card.name == "oracle"
    assert described(("in_view", "steady")) != described(("in_view",))


def test_words_that_are_none_or_exclude_each_other_are_refused_in_one_line():
    with pytest.raises(UnknownNameError, match="standing"):
        words_of("standin")
    with pytest.raises(AgentCardError, match="not both"):
        words_of("steady,standing")
