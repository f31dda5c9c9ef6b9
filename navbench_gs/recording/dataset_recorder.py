"""Record: drives in training scenes, as folders that training reads.

The driver is made to start askew and is thrown off its course by bursts of random steering; how it recovers is what a
policy can learn from. The oracle drives, or an agent does (DAgger: S. Ross et al., "A Reduction of Imitation Learning
and Structured Prediction to No-Regret Online Learning", AISTATS 2011); at every frame the oracle says what it would do
from there on (``plans``). Moments reached during a burst, or by an agent, are marked ``disturbed``: where the robot
went is no label there, the plan is. A drive ends at the first touch.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from navbench_gs.agents.loading import load_agent
from navbench_gs.agents.oracle.agent import OracleAgent
from navbench_gs.domain.episode import Episode
from navbench_gs.domain.rules import RULES_V0
from navbench_gs.domain.scene import Scene
from navbench_gs.domain.streams import stream
from navbench_gs.drives.layout import trajectory_names, write_clip
from navbench_gs.drives.splits import SPLITS_FOLDER, split_by_place, write_split
from navbench_gs.drives.undrawn import Undrawn
from navbench_gs.env import NavEnv
from navbench_gs.errors import InfeasibleEpisodeError, NavBenchError, StoreError
from navbench_gs.evaluation.clock import SharedNumber
from navbench_gs.evaluation.executors import work_through
from navbench_gs.recording.disturbances import Disturbances, askew
from navbench_gs.recording.drive_recorder import Driver, Footage, PupilDrives, TeacherDrives, filmed
from navbench_gs.recording.range_labels import measured_ranges, ranges_of_people, solid_clearance, solid_field
from navbench_gs.suite.catalog import load_scene
from navbench_gs.suite.sampling import sample_episode
from navbench_gs.terrain.terrain import load_terrain

TASK_CYCLE = ("obstacle_ped", "obstacle", "obstacle_ped", "ped", "obstacle_ped", "empty")
"""Tasks of a scene's successive drives: half of them the hardest."""
DRIVES_A_ROUND = len(TASK_CYCLE)
"""Drives in each scene before the frames are counted again: few, as another place teaches more than another drive."""
REPORT_FILE = "drives.jsonl"
TOUCH_FRAMES = 4
"""Frames of the oracle's own drive before a touch whose plans are no labels: they led there."""
FEWEST_FRAMES = 12


@dataclass(frozen=True)
class Recording:
    """What is recorded."""

    scenes: tuple[str, ...]
    tasks: tuple[str, ...] = TASK_CYCLE
    """Tasks of the successive drives in a scene, over and over."""
    seed: int = 0
    driver: str = ""
    """The agent that drives; empty: the oracle itself."""
    checkpoint: str | None = None
    """The agent's weights."""
    draw: bool = True
    """Else drives are written without their pictures, to be drawn later (``drawing.py``)."""

    def plans(self, numbers: range) -> list[DrivePlan]:
        """The drives of these numbers in every scene."""
        return [DrivePlan(scene, number, self.seed, self.tasks) for scene in self.scenes for number in numbers]


@dataclass(frozen=True)
class DrivePlan:
    """One drive to record."""

    scene: str
    number: int
    """Counts the drives of its scene."""
    seed: int
    tasks: tuple[str, ...] = TASK_CYCLE

    @property
    def task(self) -> str:
        """By turns."""
        return self.tasks[self.number % len(self.tasks)]

    @property
    def index(self) -> int:
        """Which sampled episode of the task is driven: each drive of a scene another."""
        rounds, place = divmod(self.number, len(self.tasks))
        return rounds * self.tasks.count(self.task) + self.tasks[:place].count(self.task)

    @property
    def name(self) -> str:
        """Name of the trajectory's folder."""
        return f"{self.scene}-{self.task}-{self.number}"


@dataclass(frozen=True)
class DriveReport:
    """How one drive went: a line of ``drives.jsonl``."""

    name: str
    frames: int
    """Written; 0 if the drive was discarded."""
    disturbed: int
    ended: str
    """``success``, ``touch``, ``time-limit``, ``fallen``, or ``infeasible``: no such episode could be sampled."""


def record_drives(
    out: Path, recording: Recording, *, frames: int, workers: int, report: Callable[[DriveReport, int], None]
) -> int:
    """Record whole rounds of drives in every scene until ``frames`` are written; the same command resumes.

    The set of drives depends neither on the number of workers nor on interruptions.

    Returns:
        Frames written in all.

    Raises:
        StoreError: ``out`` cannot be written.
        NavBenchError: a drive could not be recorded.
    """
    done = _reports(out)
    total, first = 0, 0
    while total < frames:
        plans = recording.plans(range(first, first + DRIVES_A_ROUND))
        for finished in _drives(out, recording, [plan for plan in plans if plan.name not in done], workers):
            done[finished.name] = finished
            report(finished, sum(drive.frames for drive in done.values()))
        total += sum(done[plan.name].frames for plan in plans)
        first += DRIVES_A_ROUND
    write_split(out / SPLITS_FOLDER, split_by_place(trajectory_names(out)))
    return total


def _reports(out: Path) -> dict[str, DriveReport]:
    path = out / REPORT_FILE
    try:
        out.mkdir(parents=True, exist_ok=True)
        lines = path.read_text().splitlines() if path.exists() else []
    except OSError as error:
        raise StoreError(f"cannot write {out}: {error.strerror or error}") from error
    reports = [DriveReport(**json.loads(line)) for line in lines if line.endswith("}")]
    return {report.name: report for report in reports}


def _drives(out: Path, recording: Recording, plans: list[DrivePlan], workers: int) -> Iterator[DriveReport]:
    """Record plans in worker processes; each is reported, on disk too, as it ends."""
    for finished in work_through(RecordingDuty(out, recording), plans, workers=workers, group=lambda plan: plan.scene):
        if finished.answer is None:
            raise NavBenchError(f"could not record {finished.job.name}: {finished.lost}")
        with (out / REPORT_FILE).open("a") as file:
            file.write(json.dumps(asdict(finished.answer)) + "\n")
        yield finished.answer


@dataclass(frozen=True)
class RecordingDuty:
    """Records drives."""

    out: Path
    recording: Recording

    def open(self, since: SharedNumber) -> Callable[[DrivePlan], DriveReport]:
        """Load the driver."""
        name, teacher = self.recording.driver, OracleAgent()
        driver = PupilDrives(load_agent(name, checkpoint=self.recording.checkpoint)) if name else TeacherDrives()
        return lambda plan: record_drive(plan, driver, teacher, self.out, draw=self.recording.draw)


def record_drive(plan: DrivePlan, driver: Driver, teacher: OracleAgent, out: Path, *, draw: bool = True) -> DriveReport:
    """Drive and write one plan; a drive that is not usable leaves no folder."""
    scene = load_scene(plan.scene)
    try:
        sampled = sample_episode(scene, load_terrain(scene), plan.task, plan.index)
    except InfeasibleEpisodeError:
        return DriveReport(plan.name, 0, 0, "infeasible")
    rng, clearance = stream("drive", plan.seed, plan.scene, plan.number), solid_clearance(scene, sampled)
    episode = askew(sampled, clearance, rng)
    env = NavEnv(scene, plan.task, rgb=False, decision_period_s=RULES_V0.clock.tick_s)
    try:
        footage = filmed(env, driver, teacher, episode, Disturbances(rng, clearance), draw=draw)
    finally:
        env.close()
    if not usable(footage, driver.own):
        return DriveReport(plan.name, 0, 0, footage.ended)
    disturbed = disturbed_frames(footage, driver.own)
    _write(out / plan.name, scene, episode, footage, disturbed, driver.own)
    return DriveReport(plan.name, len(footage.states), int(disturbed.sum()), footage.ended)


def usable(footage: Footage, own: bool) -> bool:
    """The oracle's own drive teaches nothing if it never arrived, though nothing stopped it."""
    arrived = footage.ended in ("success", "touch") or not own
    return arrived and len(footage.states) >= FEWEST_FRAMES


def disturbed_frames(footage: Footage, own: bool) -> NDArray[np.bool_]:
    """(T,) frames reached otherwise than the oracle meant to: in a burst, driven by an agent, just before a touch."""
    disturbed = np.array(footage.thrown) | (not own)
    if footage.ended == "touch":
        disturbed[-TOUCH_FRAMES:] = True
    return disturbed


def _write(
    folder: Path, scene: Scene, episode: Episode, footage: Footage, disturbed: NDArray[np.bool_], own: bool
) -> None:
    poses, plans = footage.poses, np.stack(footage.plans)
    if own and footage.ended == "touch":
        plans[-TOUCH_FRAMES:] = np.nan
    radii = np.array([placement.radius_m for placement in episode.pedestrians])
    ranges = measured_ranges(solid_field(scene, episode), poses, footage.people, radii)
    people = ranges_of_people(poses, footage.people, radii)
    pictures = np.stack(footage.pictures) if footage.pictures else Undrawn(episode, footage.states)
    write_clip(folder, pictures, poses, disturbed, np.array(episode.goal), ranges, plans, people)
