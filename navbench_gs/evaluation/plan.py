"""What a run owes: options in, the episodes to drive and the manifest out. Nothing is driven or written yet."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import navbench_gs
from navbench_gs.agents.loading import load_agent
from navbench_gs.domain.agent import AgentCard
from navbench_gs.domain.episode import Episode
from navbench_gs.domain.rules import RULES_V0, Rules
from navbench_gs.domain.run import RunConfig, RunManifest
from navbench_gs.domain.scene import Scene
from navbench_gs.domain.task import task_named
from navbench_gs.env import env_for_card
from navbench_gs.errors import (
    AgentCardError,
    InvalidRecordError,
    NavBenchError,
    RunMismatchError,
    UnknownNameError,
    one_line,
)
from navbench_gs.evaluation.needs import NO_PICTURE, sees
from navbench_gs.suite.catalog import load_scene, load_scenes_from, scene_ids, suite_names
from navbench_gs.suite.episodes import load_episodes

Key = tuple[str, str, int]


@dataclass(frozen=True, eq=False)
class Plan:
    """Everything a run needs to know before the first episode."""

    manifest: RunManifest
    rules: Rules
    scenes: dict[str, Scene]
    episodes: dict[Key, Episode]
    """By key, in the order of the manifest: scene by scene."""
    renderer: str = NO_PICTURE
    """Name of the picture rules; ``none`` if the agent sees no picture, or if nothing is to be driven."""

    def scene_of(self, key: Key) -> Scene:
        """The scene an episode lies in."""
        return self.scenes[key[0]]


def plan_run(config: RunConfig, *, shard: tuple[int, int] | None = None, rules: Rules = RULES_V0) -> Plan:
    """Check every name and file that ``config`` asks for, and list the episodes the run owes.

    Raises:
        UnknownNameError: no such agent, task, suite or scene; the closest one is offered.
        InvalidRecordError: fewer episodes are frozen than asked for, or a file does not fit its record.
        RunMismatchError: procedural and captured scenes would share the run's table.
        AgentCardError: the agent asks for something the Rules do not offer.
        RendererUnavailableError: the renderer asked for cannot run here.
    """
    for task in config.tasks:
        task_named(task)
    scenes = {scene.scene_id: scene for scene in chosen_scenes(config.suite, config.scenes)}
    _require_one_provenance(config.suite, scenes.values())
    card = card_of(config.agent, config.checkpoint)
    renderer = picture_rules(card, next(iter(scenes.values())), config.tasks[0], config.renderer)
    chosen = [
        episode
        for scene in scenes.values()
        for task in config.tasks
        for episode in _first_episodes(scene, task, config.episodes)
    ]
    manifest = RunManifest(
        config=config,
        card=card,
        rules=rules.digest(),
        version=navbench_gs.__version__,
        planned=tuple((*episode.key, episode.digest()) for episode in chosen),
        shard=shard,
    )
    return Plan(manifest, rules, scenes, {episode.key: episode for episode in chosen}, renderer)


def chosen_scenes(suite: str, names: tuple[str, ...]) -> tuple[Scene, ...]:
    """The scenes of a suite that are named, all if none is; a suite is a shipped one or the path of a folder of scenes.

    Raises:
        UnknownNameError: the suite lacks a name; the closest one is offered.
    """
    if suite not in suite_names() and Path(suite).is_dir():
        scenes = {scene.scene_id: scene for scene in load_scenes_from(Path(suite))}
        for name in names:
            if name not in scenes:
                raise UnknownNameError("scene", name, scenes)
        return tuple(scenes[name] for name in dict.fromkeys(names or scenes))
    known = scene_ids(suite)
    for name in names:
        if name not in known:
            raise UnknownNameError(f"scene of suite '{suite}'", name, known, "navbench list scenes")
    return tuple(load_scene(name) for name in dict.fromkeys(names or known))


def _require_one_provenance(suite: str, scenes: Iterable[Scene]) -> None:
    """Refuse a run over procedural and captured scenes: no mean over both means anything."""
    first = {scene.provenance: scene.scene_id for scene in reversed(tuple(scenes))}
    if len(first) > 1:
        shown = " and ".join(f"{provenance} ({first[provenance]}, ...)" for provenance in sorted(first))
        raise RunMismatchError(
            f"'{suite}' holds {shown} scenes, whose scores never share a table: run each kind apart with --scenes"
        )


def card_of(agent: str, checkpoint: str | None) -> AgentCard:
    """The card of an agent, which is made for that.

    Raises:
        UnknownNameError: there is no such agent.
        AgentCardError: it cannot be made.
    """
    try:
        return load_agent(agent, checkpoint=checkpoint).card
    except NavBenchError:
        raise
    except Exception as error:
        raise AgentCardError(f"agent '{agent}' cannot be made: {one_line(error)}") from error


def picture_rules(card: AgentCard, scene: Scene, task: str, renderer: str) -> str:
    """Name of the picture rules an agent is driven under, ``none`` if it sees no picture.

    Raises:
        AgentCardError: the card asks for something impossible.
        RendererUnavailableError: the renderer asked for cannot run here.
    """
    with closing(env_for_card(scene, task, card, renderer=renderer)) as env:
        return env.renderer if sees(card.needs) else NO_PICTURE


def _first_episodes(scene: Scene, task: str, count: int | None) -> tuple[Episode, ...]:
    episodes = load_episodes(scene, task)
    if count is not None and count > len(episodes):
        raise InvalidRecordError(
            f"{scene.scene_id} has {len(episodes)} frozen episodes of {task}, {count} were asked for; "
            f"use --episodes {len(episodes)} or --episodes all"
        )
    return episodes[:count]
