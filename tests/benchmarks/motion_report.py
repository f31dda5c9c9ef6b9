"""How near the training world's motion is to the judge's: the commands of recorded drives, driven again.

``python -m tests.benchmarks.motion_report RUN...`` takes folders that ``navbench run`` wrote and prints a table, and
every drive that disagrees.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Sequence
from functools import cache
from pathlib import Path

import numpy as np

from navbench_gs.batched.training_ground import TrainingEpisode, place_of, training_episode
from navbench_gs.domain.rules import RULES_V0
from navbench_gs.domain.trajectory import Trajectory
from navbench_gs.store.recordings import read_recording
from navbench_gs.suite.catalog import load_scene
from navbench_gs.suite.episodes import load_episodes
from tests.navbench_gs.world.replays import Replay, replayed

PIECES_S = (5.0, 10.0, math.inf)
HEAD = "drives | touching | first onset alike | of those that touch | all onsets alike | verdict | drift m | degrees"


@cache
def prepared(scene_id: str, task: str, index: int) -> TrainingEpisode:
    """One episode of the suite."""
    scene = load_scene(scene_id)
    return training_episode(load_episodes(scene, task)[index], place_of(scene, RULES_V0), RULES_V0)


def recorded(folder: Path) -> list[tuple[TrainingEpisode, Trajectory]]:
    """The drives in a run folder whose episodes are those of the suite."""
    judged = [read_recording(path) for path in sorted((folder / "trajectories").glob("*.npz"))]
    pairs = [(prepared(drive.scene, drive.task, drive.index), drive) for drive in judged]
    return [(episode, drive) for episode, drive in pairs if episode.episode.digest() == drive.episode]


def row(replays: Sequence[Replay]) -> str:
    """One line of the table."""
    drifts = np.array([replay.drift() for replay in replays])
    touching = [replay for replay in replays if replay.onsets[0]]
    cells = [
        f"{len(replays)}",
        f"{len(touching)}",
        f"{np.mean([replay.begins_alike for replay in replays]):.1%}",
        f"{np.mean([replay.begins_alike for replay in touching] or [1.0]):.1%}",
        f"{np.mean([replay.agrees for replay in replays]):.1%}",
        f"{np.mean([replay.same_verdict for replay in replays]):.1%}",
        " / ".join(f"{np.quantile(drifts[:, 0], share):.3f}" for share in (0.5, 0.95)),
        " / ".join(f"{np.degrees(np.quantile(drifts[:, 1], share)):.1f}" for share in (0.5, 0.95)),
    ]
    return " | ".join(cells)


def _told(replay: Replay) -> str:
    """One drive that disagrees."""
    judged, onsets = replay.judged, ([f"{o.tick}:{o.kind}{o.actor}" for o in side] for side in replay.onsets)
    theirs, ours = (" ".join(side) or "none" for side in onsets)
    first = "first onset alike" if replay.begins_alike else f"off by {replay.drift()[0]:.2f} m before the first onset"
    return f"  {judged.scene}-{judged.task}-{judged.index}: {first}; judged {theirs}; here {ours}\n"


def main(arguments: Sequence[str]) -> None:
    """Print a line for each run folder and length of pieces, and every drive that disagrees."""
    sys.stdout.write(f"run | piece s | {HEAD}\n")
    for name in arguments:
        drives = recorded(Path(name))
        for piece_s in PIECES_S:
            replays = replayed(*zip(*drives, strict=True), piece_s)
            sys.stdout.write(f"{Path(name).name} | {piece_s} | {row(replays)}\n")
            sys.stdout.writelines(_told(replay) for replay in replays if not replay.agrees)
            sys.stdout.flush()


if __name__ == "__main__":
    main(sys.argv[1:])
