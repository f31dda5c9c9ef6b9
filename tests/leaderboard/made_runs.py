"""Runs made up without driving: rows drawn from a skill, recordings of straight ways, in the yard's scene or none."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from navbench_gs.domain.agent import AgentCard, CameraNeed, Needs
from navbench_gs.domain.result import Result, Timing
from navbench_gs.domain.rules import RULES_V0
from navbench_gs.domain.run import RunConfig, RunManifest
from navbench_gs.domain.streams import stream, stream_seed
from navbench_gs.domain.task import TASKS
from navbench_gs.domain.trajectory import Trajectory
from navbench_gs.store.folder import RECORDINGS_FOLDER, ROWS_FILE, write_manifest
from navbench_gs.store.recordings import save_recording
from navbench_gs.store.rows import row_text

SCENES = tuple(
    f"{place}_{number:02d}" for place in ("plaza", "alley", "park", "campus", "station", "market") for number in (0, 1)
)
SEEING = Needs(camera=CameraNeed(width_px=160, height_px=120))
FAILURES = ("stuck", "lost", "slow")


def make_run(
    folder: Path,
    name: str,
    skill: float,
    *,
    scenes: Sequence[str] = SCENES,
    tasks: Sequence[str] = tuple(TASKS),
    episodes: int = 2,
    seed: int = 0,
    card: AgentCard | None = None,
    perturbation: str = "",
    without: Sequence[tuple[str, str, int]] = (),
    recordings: bool = False,
    suite: str = "made",
    submission: dict[str, str] | None = None,
    badge: str | None = None,
    **fields: object,
) -> Path:
    """A run's folder of an agent that succeeds in about a share ``skill`` of its drives, less in hard scenes."""
    card = card or AgentCard(name=name, revision="1", needs=Needs(privileged=name == "oracle"))
    keys = [(scene, task, index) for scene in scenes for task in tasks for index in range(episodes)]
    manifest = RunManifest(
        config=RunConfig(
            agent=card.name[:20], tasks=tuple(tasks), suite=suite, agent_seed=seed, perturbation=perturbation
        ),
        card=card,
        rules=RULES_V0.digest(),
        version="0.1.0",
        planned=tuple((*key, f"digest of {'-'.join(map(str, key))}") for key in keys),
    )
    (folder / RECORDINGS_FOLDER).mkdir(parents=True)
    write_manifest(folder, manifest)
    rows = [_row(key, manifest, skill, fields) for key in keys if key not in without]
    (folder / ROWS_FILE).write_text("".join(row_text(row) + "\n" for row in rows))
    for row in rows if recordings else ():
        save_recording(straight_way(row), folder / RECORDINGS_FOLDER / f"{'-'.join(map(str, row.key))}.npz")
    if submission is not None:
        (folder / "card.json").write_text(json.dumps(submission))
    if badge is not None:
        (folder / "badge.json").write_text(json.dumps({"badge": badge}))
    return folder


def _row(key: tuple[str, str, int], manifest: RunManifest, skill: float, changes: dict[str, object]) -> Result:
    """One row: a scene is as hard for everyone, an agent's luck is its own."""
    hardness, luck = stream("made", *key).random(), stream("made", *key, manifest.card.name, manifest.config.agent_seed)
    reached = bool(luck.random() * 0.6 + hardness * 0.4 < skill)
    touched = int(luck.integers(0, 3)) if luck.random() < 0.5 else 0
    route = 1.0 if reached else float(luck.random() * 0.9)
    failure = None if reached else FAILURES[int(luck.integers(0, 3))]
    fields: dict[str, object] = {
        "success": reached, "strict_success": reached and not touched, "route_completion": route,
        "collision_times": touched, "collisions_scene": touched, "collisions_obstacle": 0, "collisions_pedestrian": 0,
        "collisions_at_fault": touched, "contact_steps": 3 * touched, "distinct_actors": min(touched, 1),
        "off_walkable_share": 0.0, "spl": 0.9 * reached, "soft_spl": 0.9 * route, "time_s": 10.0,
        "path_length_m": 10.0, "mean_jerk_mps3": 1.0, "ended": "success" if reached else "time-limit",
        "psc": float(luck.random()) if TASKS[key[1]].pedestrians else None,
        "failure": failure, "first_collision": "scene" if touched else None,
        "scene": key[0], "task": key[1], "index": key[2], "suite": manifest.config.suite, "provenance": "procedural",
        "embodiment": "wheeled", "agent": manifest.card.name, "agent_revision": manifest.card.revision,
        "weights": manifest.card.weights, "privileged": manifest.card.needs.privileged,
        "needs": "rgb 160x120" if manifest.card.needs.camera else "goal point",
        "decision_period_s": manifest.card.decision_period_s,
        "agent_seed": stream_seed("made", *key, manifest.config.agent_seed), "rules": manifest.rules,
        "episode": f"digest of {'-'.join(map(str, key))}", "version": manifest.version,
        "renderer": "cpu" if manifest.card.needs.camera else "none", "perturbation": manifest.config.perturbation,
        "timing": Timing(decisions=50, act_mean_ms=float(5 + luck.random()), device="cpu"),
    }  # fmt: skip
    return Result.model_validate(fields | changes)


def straight_way(row: Result, ticks: int = 120) -> Trajectory:
    """A recording of 6 s along the x axis, with one touch of a wall if the row has any, and one walking pedestrian."""
    poses = np.zeros((ticks + 1, 3))
    poses[:, 0] = np.linspace(-6.0, -6.0 + 12.0 * row.route_completion, ticks + 1)
    poses[:, 1] = -6.0
    walker = np.zeros((ticks + 1, 1, 3))
    walker[:, 0, 0], walker[:, 0, 1] = np.linspace(4.0, -4.0, ticks + 1), -4.5
    contacts = np.arange(50, 53, dtype=np.int32)[: 3 if row.collision_times else 0]
    return Trajectory(
        scene=row.scene,
        task=row.task,
        index=row.index,
        episode=row.episode,
        rules=row.rules,
        tick_s=0.05,
        poses=poses,
        velocities=np.zeros((ticks + 1, 2)),
        commands=np.zeros((ticks, 2)),
        remaining_m=np.linspace(12.0, 12.0 - 12.0 * row.route_completion, ticks + 1),
        on_walkable=np.ones(ticks + 1, dtype=bool),
        pedestrians=walker,
        contact_tick=contacts,
        contact_kind=np.zeros(len(contacts), dtype=np.int32),
        contact_actor=np.zeros(len(contacts), dtype=np.int32),
        contact_approach_mps=np.zeros(len(contacts)),
        decision_ticks=np.arange(0, ticks, 4, dtype=np.int32),
        ended=row.ended,
        perturbation=row.perturbation,
    )
