"""Rotation: which scene and episode a robot in training gets next."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from navbench_gs.domain.episode import Episode
from navbench_gs.domain.scene import Scene
from navbench_gs.domain.streams import stream
from navbench_gs.suite.catalog import load_scene
from navbench_gs.suite.training_episodes import training_episodes


@dataclass(frozen=True, eq=False)
class Draw:
    """One episode to drive."""

    number: int
    """Of its scene, in the order in which the scenes were given."""
    scene: Scene
    episode: Episode


class Rotation:
    """A few scenes are in use at once; each has its turn and makes way for the next.

    Args:
        scenes: ids or scenes, all that take turns.
        tasks: each episode is of one of these.
        episodes_a_scene: how many different episodes of a scene are driven, all tasks together.
        scenes_at_once: how many scenes are in use at a time.
        episodes_a_turn: a scene makes way after so many episodes were begun in it.
        seed: decides the order of the scenes and which episode comes when.

    Raises:
        UnknownNameError: there is no such scene.
        InfeasibleEpisodeError: a scene has no room for an episode.
    """

    def __init__(
        self,
        scenes: Sequence[str | Scene],
        tasks: Sequence[str],
        *,
        episodes_a_scene: int,
        scenes_at_once: int,
        episodes_a_turn: int,
        seed: int,
    ) -> None:
        self._scenes = tuple(scenes)
        self._tasks = tuple(tasks)
        self._episodes_a_task = -(-episodes_a_scene // len(self._tasks))
        self._episodes_a_turn, self._seed = episodes_a_turn, seed
        self._order = [int(n) for n in stream("training-scenes", seed).permutation(len(self._scenes))]
        at_once = min(scenes_at_once, len(self._scenes))
        self._slots = list(range(at_once))
        """Place of the scene in the order, of each scene in use."""
        self._begun = [0] * at_once
        self._upcoming = at_once
        self._draws = 0
        self._stocks: dict[int, tuple[Draw, ...]] = {}
        self.turn = 0
        """Counts how often a scene made way for another."""

    def in_use(self) -> tuple[Draw, ...]:
        """All episodes of the scenes in use."""
        return tuple(draw for place in self._slots for draw in self._stock(place))

    def draw(self, robot: int, number: int) -> Draw:
        """The episode that robot ``robot`` begins as its ``number``-th."""
        slot = self._draws % len(self._slots)
        self._draws += 1
        if self._begun[slot] >= self._episodes_a_turn and len(self._slots) < len(self._scenes):
            self._stocks.pop(self._slots[slot] % len(self._scenes), None)
            self._slots[slot], self._begun[slot] = self._upcoming, 0
            self._upcoming += 1
            self.turn += 1
        self._begun[slot] += 1
        stock = self._stock(self._slots[slot])
        rng = stream("training", self._seed, robot, number)
        task = self._tasks[int(rng.integers(len(self._tasks)))]
        of_task = [draw for draw in stock if draw.episode.task == task] or stock
        return of_task[int(rng.integers(len(of_task)))]

    def _stock(self, place: int) -> tuple[Draw, ...]:
        """All episodes of the scene at a place of the order, which goes round."""
        place %= len(self._scenes)
        if place not in self._stocks:
            number = self._order[place]
            named = self._scenes[number]
            scene = load_scene(named) if isinstance(named, str) else named
            episodes = [one for task in self._tasks for one in training_episodes(scene, task, self._episodes_a_task)]
            self._stocks[place] = tuple(Draw(number, scene, episode) for episode in episodes)
        return self._stocks[place]
