"""The ablation: presets of the same code at equal environment cost, each with several seeds, and their table.

The weights that all begin from are judged beside them: what a preset comes to says little without them.
"""

from __future__ import annotations

import json
import multiprocessing
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from itertools import permutations
from pathlib import Path
from typing import Any

import torch

from navbench_gs.errors import InvalidRecordError, NavBenchError
from s2e_agent.config.finetuning import PRESETS as REINFORCED
from s2e_agent.config.finetuning import FinetuneConfig, WorldConfig, finetune_preset
from s2e_agent.evaluation.closed_loop import drive_task
from s2e_agent.models.checkpoint import POLICY_FILE, load_policy, save_policy
from s2e_agent.models.policy import Policy
from s2e_agent.pretraining.supervised import LEARNING_RATE, supervise
from s2e_agent.rl.env_factory import make_world
from s2e_agent.rl.runner import Finetuning

STRATEGIES = ("ram", "sft", "decoder", "full", "scratch")
PRETRAINED_ROW = "pre-trained"
"""Name of the row of the weights that the presets begin from."""
TASKS = ("empty", "obstacle", "ped", "obstacle_ped")
LEAST_SEEDS = 3
"""Below this many seeds the table claims no order."""
HELD_OUT_SEED = 9000
"""First training seed of the scenes that runs are compared in; none trains there."""
ROWS_FILE, TABLE_FILE, NUMBERS_FILE = "study.jsonl", "study.md", "study.json"
MEASURES = ("success", "strict_success", "route_completion", "contacts")
ORDER_BY = "strict_success"
ALL_TASKS = "mean of the four"

Report = Callable[[str], None]


@dataclass(frozen=True)
class Study:
    """What is compared."""

    weights: Path
    data: tuple[Path, ...]
    strategies: tuple[str, ...]
    seeds: int
    changes: dict[str, Any]
    """Of every preset, ``steps`` and world among them."""
    rounds: int
    """Episodes of every robot and task in which a trained policy is judged."""


@dataclass(frozen=True)
class Run:
    """One row of the study: a preset trained with a seed, or the weights that all begin from."""

    strategy: str
    seed: int = 0

    def __str__(self) -> str:
        return self.strategy if self.strategy == PRETRAINED_ROW else f"{self.strategy}, seed {self.seed}"


def run_study(study: Study, folder: Path, report: Report, *, workers: int = 1) -> str:
    """Train what is missing, judge all, write rows and table; returns the table.

    Raises:
        InvalidRecordError: ``sft`` without drives, or ``folder`` holds a study with other numbers.
        WeightsError: the weights cannot be read.
        NavBenchError: a worker process was lost.
    """
    if "sft" in study.strategies and not study.data:
        raise InvalidRecordError("sft learns from drives: give --data, or leave sft out of --presets")
    _claim(study, folder)
    rows = _known(folder / ROWS_FILE)
    runs = [Run(PRETRAINED_ROW), *(Run(strategy, seed) for seed in range(study.seeds) for strategy in study.strategies)]
    known = {Run(row["strategy"], row["seed"]) for row in rows}
    for row in _finished(study, [run for run in runs if run not in known], folder, workers):
        report(str(Run(row["strategy"], row["seed"])))
        rows.append(row)
        with (folder / ROWS_FILE).open("a") as file:
            file.write(json.dumps(row) + "\n")
    text = table(rows, study)
    (folder / TABLE_FILE).write_text(text)
    return text


def _claim(study: Study, folder: Path) -> None:
    """Make the study's folder, or see that the rows in it are of the same numbers; presets and seeds may be added."""
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / NUMBERS_FILE
    numbers = {"weights_sha256": load_policy(study.weights)[2], "changes": study.changes, "rounds": study.rounds}
    text = json.dumps(numbers, indent=2, sort_keys=True) + "\n"
    if file.exists() and file.read_text() != text:
        raise InvalidRecordError(f"{folder} holds a study with other numbers ({NUMBERS_FILE}); choose another folder")
    file.write_text(text)


def _known(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []


def _finished(study: Study, runs: Sequence[Run], folder: Path, workers: int) -> Iterator[dict[str, Any]]:
    """Rows as they are finished; spawned processes, as torch keeps threads that do not survive a fork."""
    if workers == 1:
        yield from (finished_row(study, run, folder) for run in runs)
        return
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(workers, context, initializer=torch.set_num_threads, initargs=(1,)) as pool:
        begun = [pool.submit(finished_row, study, run, folder) for run in runs]
        try:
            for future in as_completed(begun):
                yield future.result()
        except BrokenProcessPool as error:
            raise NavBenchError("a process of the study was lost; the same command goes on") from error
        finally:
            pool.shutdown(wait=False, cancel_futures=True)


def finished_row(study: Study, run: Run, folder: Path) -> dict[str, Any]:
    """Train one run, going on where it was left, and judge it in scenes that none trains in."""
    reinforced = run.strategy if run.strategy in REINFORCED else "ram"
    config = finetune_preset(reinforced, {**study.changes, "seed": run.seed})
    place = folder / run.strategy / str(run.seed)
    if run.strategy == PRETRAINED_ROW:
        policy, trained = load_policy(study.weights)[0], {}
    elif run.strategy == "sft":
        policy, trained = _supervised(study, config, place), {"learning_rate": LEARNING_RATE}
    else:
        policy, trained = _reinforced(study, config, place), {"learning_rate": config.ppo.learning_rate}
    held_out = config.world.model_copy(update={"first_seed": HELD_OUT_SEED})
    row = {"strategy": run.strategy, "seed": run.seed, "steps": config.steps if trained else 0, **trained}
    return row | {"tasks": judged(policy, held_out, study.rounds)}


def judged(policy: Policy, world: WorldConfig, rounds: int) -> dict[str, dict[str, float]]:
    """What a policy comes to in each task, by its likeliest mode."""
    return {task: drive_task(policy, world, task, rounds=rounds) for task in TASKS}


def _reinforced(study: Study, config: FinetuneConfig, folder: Path) -> Policy:
    pretrained, _, sha256 = load_policy(study.weights)
    world = make_world(config.world, config.action, pretrained.config, seed=config.seed)
    facts = {"revision": f"{config.strategy}-1", "init_sha256": sha256, "seed": config.seed}
    try:
        return Finetuning(config, pretrained, world, folder, facts).run()
    finally:
        world.close()


def _supervised(study: Study, config: FinetuneConfig, folder: Path) -> Policy:
    policy, trained, data = supervise(study.weights, study.data, folder, steps=config.steps, seed=config.seed)
    facts = {"revision": "sft-1", "seed": config.seed, "data": data, "metrics": trained.metrics}
    save_policy(folder / POLICY_FILE, policy, facts)
    return policy


def table(rows: Sequence[dict[str, Any]], study: Study) -> str:
    """Means over seeds, and the lowest and highest seed, by preset and task; markdown."""
    by_preset = {
        name: [_with_mean(row["tasks"]) for row in rows if row["strategy"] == name]
        for name in (PRETRAINED_ROW, *study.strategies)
    }
    lines = [
        f"{study.seeds} seeds, equal environment cost, held-out training scenes (seeds from {HELD_OUT_SEED}).",
        "",
        "| preset | task | " + " | ".join(MEASURES) + " |",
        "|---|---|" + "---|" * len(MEASURES),
    ]
    for name, runs in by_preset.items():
        for task in (*TASKS, ALL_TASKS) if runs else ():
            cells = [_spread([tasks[task][measure] for tasks in runs]) for measure in MEASURES]
            lines.append(f"| {name} | {task} | " + " | ".join(cells) + " |")
    return "\n".join([*lines, "", _order(by_preset, study)]) + "\n"


def _with_mean(tasks: dict[str, dict[str, float]]) -> dict[str, dict[str, float]]:
    means = {measure: sum(tasks[task][measure] for task in TASKS) / len(TASKS) for measure in MEASURES}
    return {**tasks, ALL_TASKS: means}


def _spread(values: Sequence[float]) -> str:
    mean = f"{sum(values) / len(values):.2f}"
    return mean if len(values) == 1 else f"{mean} [{min(values):.2f}, {max(values):.2f}]"


def _order(by_preset: dict[str, list[dict[str, dict[str, float]]]], study: Study) -> str:
    """Which presets lie apart: every seed of one above every seed of the other, in the mean of the four tasks."""
    if study.seeds < LEAST_SEEDS:
        return f"Fewer than {LEAST_SEEDS} seeds: no order is claimed."
    worth = {name: [tasks[ALL_TASKS][ORDER_BY] for tasks in by_preset[name]] for name in study.strategies}
    apart = [
        f"{better} > {worse}"
        for better, worse in permutations(study.strategies, 2)
        if worth[better] and worth[worse] and min(worth[better]) > max(worth[worse])
    ]
    said = ", ".join(apart) or "none"
    return f"Apart in {ORDER_BY}, every seed of one above every seed of the other: {said}."
