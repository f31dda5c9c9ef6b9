"""Record: drives of the oracle in training scenes, as folders that training reads.

The oracle is made to start askew and is thrown off its plan by bursts of random steering; how it recovers is what a
policy can learn from. Moments reached during a burst are marked ``disturbed``: inputs, never labels. A drive ends at
the first touch, and its last second before that is marked too.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from navbench_gs.agents.loading import load_agent
from navbench_gs.catalogue.obstacles import OBSTACLES
from navbench_gs.domain.agent import Agent
from navbench_gs.domain.episode import Episode, Pose
from navbench_gs.domain.rules import RULES_V0
from navbench_gs.domain.scene import Scene
from navbench_gs.domain.streams import stream
from navbench_gs.drives.layout import PERIOD_S, trajectory_names, write_clip
from navbench_gs.drives.splits import SPLITS_FOLDER, split_by_place, write_split
from navbench_gs.env import NavEnv, action_array
from navbench_gs.errors import InfeasibleEpisodeError, NavBenchError, StoreError
from navbench_gs.evaluation.clock import SharedNumber
from navbench_gs.evaluation.executors import work_through
from navbench_gs.suite.catalog import FIRST_TRAINING_SEED, load_scene, scene_ids
from navbench_gs.suite.sampling import sample_episode
from navbench_gs.terrain.distance import DistanceField, clearance_field, occupied_by
from navbench_gs.terrain.terrain import Grid, load_terrain

DRIVER = "oracle"
TASK_CYCLE = ("obstacle_ped", "obstacle", "obstacle_ped", "ped", "obstacle_ped", "empty")
"""Tasks of a scene's successive drives: half of them the hardest."""
DRIVES_A_ROUND = 9
"""Drives in each scene before the frames are counted again."""
TICKS_A_FRAME = round(PERIOD_S / RULES_V0.clock.tick_s)
BURST_CHANCE = 0.06
"""That a burst of random steering begins at a frame."""
BURST_FRAMES = (2, 5)
BURST_SPEED_MPS = (0.2, 1.2)
BURST_TURN_RPS = (0.3, 1.2)
BURST_CLEARANCE_M, BURST_PERSON_M = 0.5, 1.3
"""A burst ends early this near to something solid ahead, or to a pedestrian."""
START_TURN_RAD, START_SHIFT_M, START_CLEARANCE_M = math.radians(100.0), 1.2, 0.45
RANGE_COLUMNS, RAYS_A_COLUMN = 12, 5
"""Ranges are the least along so many rays in each of so many equal columns of the picture."""
RANGE_REACH_M = 8.0
TOUCH_FRAMES = 4
"""Frames before a touch that are no labels."""
FEWEST_FRAMES = 12
REPORT_FILE = "drives.jsonl"


@dataclass(frozen=True)
class DrivePlan:
    """One drive to record."""

    scene: str
    number: int
    """Counts the drives of its scene."""
    seed: int

    @property
    def task(self) -> str:
        """Half of all drives are ``obstacle_ped``."""
        return TASK_CYCLE[self.number % len(TASK_CYCLE)]

    @property
    def index(self) -> int:
        """Which sampled episode of the task is driven: each drive of a scene another."""
        rounds, place = divmod(self.number, len(TASK_CYCLE))
        return rounds * TASK_CYCLE.count(self.task) + TASK_CYCLE[:place].count(self.task)

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


@dataclass(frozen=True, eq=False)
class Footage:
    """What a drive leaves in memory."""

    pictures: list[NDArray[np.uint8]]
    poses: list[NDArray[np.float64]]
    disturbed: list[bool]
    ended: str

    @property
    def marks(self) -> NDArray[np.bool_]:
        """(T,) frames that are no labels; before a touch, the last ones too."""
        marks = np.array(self.disturbed)
        if self.ended == "touch":
            marks[-TOUCH_FRAMES:] = True
        return marks

    @property
    def usable(self) -> bool:
        """A drive that never arrived, though nothing stopped it, teaches nothing."""
        return self.ended in ("success", "touch") and len(self.pictures) >= FEWEST_FRAMES


def training_scenes(count: int) -> tuple[str, ...]:
    """Ids of ``count`` training scenes: the place types of the dev suite in turn, seeds from 1000."""
    places = sorted({scene.rsplit("_", 1)[0] for scene in scene_ids("dev")})
    return tuple(
        f"{places[number % len(places)]}_{FIRST_TRAINING_SEED + number // len(places)}" for number in range(count)
    )


def record_drives(
    out: Path, *, frames: int, scenes: int, workers: int, seed: int, report: Callable[[DriveReport, int], None]
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
        numbers = range(first, first + DRIVES_A_ROUND)
        plans = [DrivePlan(scene, number, seed) for scene in training_scenes(scenes) for number in numbers]
        for finished in _drives(out, [plan for plan in plans if plan.name not in done], workers):
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


def _drives(out: Path, plans: list[DrivePlan], workers: int) -> Iterator[DriveReport]:
    """Record plans in worker processes; each is reported, on disk too, as it ends."""
    for finished in work_through(RecordingDuty(out), plans, workers=workers, group=lambda plan: plan.scene):
        if finished.answer is None:
            raise NavBenchError(f"could not record {finished.job.name}: {finished.lost}")
        with (out / REPORT_FILE).open("a") as file:
            file.write(json.dumps(asdict(finished.answer)) + "\n")
        yield finished.answer


@dataclass(frozen=True)
class RecordingDuty:
    """Records drives."""

    out: Path

    def open(self, since: SharedNumber) -> Callable[[DrivePlan], DriveReport]:
        """Load the driver."""
        driver = load_agent(DRIVER)
        return lambda plan: record_drive(plan, driver, self.out)


def record_drive(plan: DrivePlan, driver: Agent, out: Path) -> DriveReport:
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
        footage = _filmed(env, driver, episode, Disturbances(rng, clearance))
    finally:
        env.close()
    if not footage.usable:
        return DriveReport(plan.name, 0, 0, footage.ended)
    poses = np.stack(footage.poses)
    ranges = measured_ranges(solid_field(scene, sampled), poses)
    write_clip(out / plan.name, np.stack(footage.pictures), poses, footage.marks, np.array(episode.goal), ranges)
    return DriveReport(plan.name, len(footage.pictures), int(footage.marks.sum()), footage.ended)


def solid_clearance(scene: Scene, episode: Episode) -> DistanceField:
    """Distance to whatever the robot must not touch or leave, obstacles of the episode among it."""
    grid = load_terrain(scene).grid
    discs = [(*placed.pose[:2], OBSTACLES[placed.kind].radius_m) for placed in episode.obstacles]
    return clearance_field(grid, occupied=occupied_by(grid, discs))


def solid_field(scene: Scene, episode: Episode) -> DistanceField:
    """Distance to structures and the episode's obstacles alone, wherever the ground is."""
    grid = load_terrain(scene).grid
    discs = [(*placed.pose[:2], OBSTACLES[placed.kind].radius_m) for placed in episode.obstacles]
    anywhere = Grid(np.ones_like(grid.walkable), grid.blocked, grid.origin, grid.cell_m)
    return clearance_field(anywhere, occupied=occupied_by(grid, discs))


def measured_ranges(solid: DistanceField, poses: NDArray[np.float64]) -> NDArray[np.float64]:
    """Metres (T, R) from the robot at poses (T, 3) to the nearest solid thing in each of the picture's columns.

    Marches each ray by the distance that is free all round; at most ``RANGE_REACH_M``.
    """
    half_width = math.tan(math.radians(RULES_V0.camera.horizontal_fov_deg) / 2.0)
    rays_in_all = RANGE_COLUMNS * RAYS_A_COLUMN
    across = 1.0 - (np.arange(rays_in_all) + 0.5) * 2.0 / rays_in_all  # left is positive, as y is
    headings = poses[:, 2:3] + np.arctan(across * half_width)
    rays = np.stack([np.cos(headings), np.sin(headings)], axis=-1)
    ranges = np.zeros(headings.shape)
    for _ in range(80):
        free = solid.at(poses[:, None, :2] + ranges[..., None] * rays)
        ranges = np.where(free > 0.0, np.minimum(ranges + np.maximum(free, 0.05), RANGE_REACH_M), ranges)
    nearest: NDArray[np.float64] = ranges.reshape(len(poses), RANGE_COLUMNS, RAYS_A_COLUMN).min(axis=2)
    return nearest


def askew(episode: Episode, clearance: DistanceField, rng: np.random.Generator) -> Episode:
    """The episode with its start turned and shifted, if there is room; else as it was."""
    x, y, yaw = episode.start
    for _ in range(20):
        shift = rng.uniform(-START_SHIFT_M, START_SHIFT_M, 2)
        start: Pose = (x + shift[0], y + shift[1], yaw + rng.uniform(-START_TURN_RAD, START_TURN_RAD))
        if clearance.at(np.array(start[:2])) >= START_CLEARANCE_M:
            return episode.model_copy(update={"start": start})
    return episode


class Disturbances:
    """Bursts of random steering."""

    def __init__(self, rng: np.random.Generator, clearance: DistanceField) -> None:
        self._rng, self._clearance = rng, clearance
        self._left = 0
        self._command = np.zeros(2)

    def begins_frame(self) -> bool:
        """Draw whether the frame that begins now lies in a burst."""
        if self._left > 0:
            self._left -= 1
        elif self._rng.random() < BURST_CHANCE:
            self._left = int(self._rng.integers(*BURST_FRAMES, endpoint=True)) - 1
            turn = self._rng.uniform(*BURST_TURN_RPS) * self._rng.choice([-1.0, 1.0])
            self._command = np.array([self._rng.uniform(*BURST_SPEED_MPS), turn])
        else:
            return False
        return True

    def command(self, robot: NDArray[np.float64], pedestrians: NDArray[np.float64]) -> NDArray[np.float64] | None:
        """Speed and yaw rate of the burst for a robot at ``robot``; None where it would soon touch something."""
        ahead = robot[:2] + 0.5 * np.array([math.cos(robot[2]), math.sin(robot[2])])
        gaps = np.hypot(*(pedestrians[:, :2] - robot[:2]).T) if len(pedestrians) else np.array([np.inf])
        if self._clearance.at(ahead) < BURST_CLEARANCE_M or gaps.min() < BURST_PERSON_M:
            return None
        return self._command


class Filming:
    """Collects what one drive leaves."""

    def __init__(self) -> None:
        self.pictures: list[NDArray[np.uint8]] = []
        self.poses: list[NDArray[np.float64]] = []
        self.disturbed: list[bool] = []

    def frame(self, env: NavEnv, thrown: bool) -> None:
        """Keep this moment; ``thrown``: a burst brought the robot here."""
        self.pictures.append(env.render())
        self.poses.append(env.privileged().state.robot.copy())
        self.disturbed.append(thrown)

    def footage(self, ended: str) -> Footage:
        """The drive, over."""
        return Footage(self.pictures, self.poses, self.disturbed, ended)


def _filmed(env: NavEnv, driver: Agent, episode: Episode, disturbances: Disturbances) -> Footage:
    """Drive until the goal, the first touch or the end of time; a picture every frame period."""
    env.reset(options={"episode": episode})
    driver.reset(env.observe(), seed=0, privileged=env.privileged())
    filming, period = Filming(), round(driver.card.decision_period_s / RULES_V0.clock.tick_s)
    tick, bursting, thrown, held = 0, False, False, np.zeros(2)
    while True:
        if tick % TICKS_A_FRAME == 0:
            filming.frame(env, thrown)
            bursting, thrown = disturbances.begins_frame(), False
        if tick % period == 0:
            held = action_array(driver.act(env.observe(), privileged=env.privileged()), driver.card)
        state = env.privileged().state
        push = disturbances.command(state.robot, state.pedestrians) if bursting else None
        thrown = thrown or push is not None
        _, _, terminated, truncated, info = env.step(held if push is None else push)
        tick += 1
        if env.touched:
            return filming.footage("touch")
        if terminated or truncated:
            return filming.footage(info["outcome"])
