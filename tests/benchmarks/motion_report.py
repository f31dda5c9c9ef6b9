"""How near the training world's motion is to the judge's: the commands of recorded drives, driven again.

``python -m tests.benchmarks.motion_report RUN...`` takes folders that ``navbench run`` wrote and prints a table, and
every drive that disagrees.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from navbench_gs.domain.rules import RULES_V0
from navbench_gs.domain.trajectory import Trajectory
from navbench_gs.metrics.collisions import Collision
from navbench_gs.store.recordings import read_recording
from navbench_gs.suite.catalog import load_episodes, load_scene
from navbench_gs.world.training_ground import TrainingEpisode, place_of, training_episode
from tests.navbench_gs.world.replays import Replay, replayed

AT_ONCE = 48
PIECES_S = (5.0, 10.0, math.inf)


def recorded(folder: Path) -> list[tuple[TrainingEpisode, Trajectory]]:
    """The drives in a run folder whose episodes are those of the suite."""
    found = []
    for path in sorted((folder / "trajectories").glob("*.npz")):
        judged = read_recording(path)
        scene = load_scene(judged.scene)
        episode = load_episodes(scene, judged.task)[judged.index]
        if episode.digest() == judged.episode:
            found.append((training_episode(episode, place_of(scene, RULES_V0), RULES_V0), judged))
    return found


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


def _told(onsets: Sequence[Collision]) -> str:
    return " ".join(f"{onset.tick}:{onset.kind}{onset.actor}" for onset in onsets) or "none"


def main(arguments: Sequence[str]) -> None:
    """Print a line for each run folder and length of pieces, and every drive that disagrees."""
    sys.stdout.write("run | piece s | drives | touching | first onset, touching | all onsets | verdict | m | degrees\n")
    for name in arguments:
        drives = recorded(Path(name))
        for piece_s in PIECES_S:
            batches = [drives[first : first + AT_ONCE] for first in range(0, len(drives), AT_ONCE)]
            replays = [replay for batch in batches for replay in replayed(*zip(*batch, strict=True), piece_s)]
            sys.stdout.write(f"{Path(name).name} | {piece_s} | {row(replays)}\n")
            for replay in replays:
                if not replay.agrees:
                    judged = replay.judged
                    theirs, ours = map(_told, replay.onsets)
                    sys.stdout.write(f"  {judged.scene}-{judged.task}-{judged.index}: judged {theirs}; here {ours}\n")


if __name__ == "__main__":
    main(sys.argv[1:])
