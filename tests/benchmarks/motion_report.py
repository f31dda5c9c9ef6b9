"""How near the training world's motion is to the judge's: the commands of recorded drives, driven again.

``python tests/benchmarks/motion_report.py RUN...`` takes folders that ``navbench run`` wrote and prints a table.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch

from navbench_gs.domain.episode import Episode
from navbench_gs.domain.rules import RULES_V0
from navbench_gs.domain.scene import Scene
from navbench_gs.domain.trajectory import CONTACT_KINDS, Trajectory
from navbench_gs.metrics.collisions import collisions
from navbench_gs.store.recordings import read_recording
from navbench_gs.suite.catalog import load_episodes, load_scene
from navbench_gs.world.kinematic import FALLEN, SUCCESS, KinematicWorld
from navbench_gs.world.training_ground import place_of, training_episode

Onset = tuple[int, str]
"""Tick, kind of contact."""
SAME_S = 0.25
"""Onsets of one kind that are no farther apart are the same."""
AT_ONCE = 36
EXTRA_TICKS = 10
"""The last command is held for so long, so that who is a little behind may arrive."""
ENDS = {SUCCESS: "success", FALLEN: "fallen"}


@dataclass(frozen=True, eq=False)
class Again:
    """A recorded drive, and its commands driven in the training world."""

    judged: Trajectory
    poses: np.ndarray
    """(T + 1, 3) of the training world."""
    onsets: list[Onset]
    ended: str

    @property
    def judged_onsets(self) -> list[Onset]:
        """Contact onsets as the judge counts them."""
        return [(onset.tick, onset.kind) for onset in collisions(self.judged, RULES_V0)]

    @property
    def same_first_contact(self) -> bool:
        """Whether neither touched anything, or both the same kind first, at about the same time."""
        ours, theirs = self.onsets[:1], self.judged_onsets[:1]
        if not ours or not theirs:
            return not ours and not theirs
        return ours[0][1] == theirs[0][1] and abs(ours[0][0] - theirs[0][0]) * self.judged.tick_s <= SAME_S

    @property
    def same_verdict(self) -> bool:
        """Whether success and strict success are the same."""
        ours, theirs = self.ended == "success", self.judged.ended == "success"
        return ours == theirs and (ours and not self.onsets) == (theirs and not self.judged_onsets)

    def free_errors(self) -> tuple[float, float]:
        """Largest distance (m) and turn (rad) between both worlds' poses before anything is touched."""
        first = min([len(self.poses), *(tick for tick, _ in self.onsets[:1] + self.judged_onsets[:1])])
        gap = self.poses[:first] - self.judged.poses[: len(self.poses)][:first]
        turn = np.abs((gap[:, 2] + np.pi) % (2.0 * np.pi) - np.pi)
        return float(np.hypot(gap[:, 0], gap[:, 1]).max()), float(turn.max())


def drive_again(drives: Sequence[tuple[Scene, Episode, Trajectory]]) -> list[Again]:
    """The commands of recorded drives, in the training world, all at once."""
    episodes = [training_episode(episode, place_of(scene, RULES_V0), RULES_V0) for scene, episode, _ in drives]
    world = KinematicWorld(len(drives), RULES_V0)
    world.load(episodes)
    for row, episode in enumerate(episodes):
        world.begin(row, episode)
    lengths = [len(judged.commands) for *_, judged in drives]
    poses: list[list[np.ndarray]] = [[pose] for pose in world.poses.double().numpy().copy()]
    onsets: list[list[Onset]] = [[] for _ in drives]
    for tick in range(max(lengths) + EXTRA_TICKS):
        commands = [judged.commands[min(tick, len(judged.commands) - 1)] for *_, judged in drives]
        kinds, _ = world.tick(torch.tensor(np.array(commands), dtype=torch.float32))
        for row, length in enumerate(lengths):
            if tick < length and world.ticks[row] == tick + 1:
                poses[row].append(world.poses[row].double().numpy().copy())
                onsets[row] += [(tick + 1, CONTACT_KINDS[kind]) for kind in torch.nonzero(kinds[row])[:, 0]]
    ends = [ENDS.get(int(outcome), "time-limit") for outcome in world.outcomes]
    rows = zip(drives, poses, onsets, ends, strict=True)
    return [Again(judged, np.array(path), touched, ended) for (_, _, judged), path, touched, ended in rows]


def recorded(folders: Iterable[Path], most: int) -> list[tuple[Scene, Episode, Trajectory]]:
    """At most so many of the drives in the run folders, spread evenly."""
    files = [path for folder in folders for path in sorted((folder / "trajectories").glob("*.npz"))]
    found = []
    for path in files[:: max(1, -(-len(files) // most))]:
        judged = read_recording(path)
        scene = load_scene(judged.scene)
        episode = load_episodes(scene, judged.task)[judged.index]
        if episode.digest() == judged.episode:
            found.append((scene, episode, judged))
    return found


def report(again: Sequence[Again]) -> str:
    """One line of a table."""
    errors = np.array([drive.free_errors() for drive in again])
    touching = [drive for drive in again if drive.judged_onsets]
    counted = [len(drive.onsets) - len(drive.judged_onsets) for drive in again]
    cells = [
        len(again),
        len(touching),
        f"{np.mean([drive.same_first_contact for drive in again]):.1%}",
        f"{np.mean([drive.same_first_contact for drive in touching] or [1.0]):.1%}",
        f"{np.mean([drive.same_verdict for drive in again]):.1%}",
        f"{np.mean([len(d.judged_onsets) for d in again]):.2f}",
        f"{np.mean(counted):+.2f}",
        f"{np.median(errors[:, 0]):.3f} / {errors[:, 0].max():.3f}",
        f"{np.degrees(np.median(errors[:, 1])):.1f} / {np.degrees(errors[:, 1].max()):.1f}",
    ]
    return " | ".join(str(cell) for cell in cells)


def main(arguments: Sequence[str]) -> None:
    """Print a line for each run folder, and every drive that disagrees."""
    for name in arguments:
        drives = recorded([Path(name)], AT_ONCE)
        again = drive_again(drives)
        sys.stdout.write(f"{Path(name).name} | {report(again)}\n")
        for drive in again:
            if not drive.same_first_contact or not drive.same_verdict:
                key = f"{drive.judged.scene}-{drive.judged.task}-{drive.judged.index}"
                kinds = dict(Counter(kind for _, kind in drive.judged_onsets))
                sys.stdout.write(
                    f"  {key}: {drive.judged_onsets[:1]} judged, {drive.onsets[:1]} here; {kinds}, "
                    f"{len(drive.onsets)} here; {drive.judged.ended} {drive.ended} free {drive.free_errors()[0]:.3f}\n"
                )


if __name__ == "__main__":
    main(sys.argv[1:])
