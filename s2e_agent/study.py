"""The ablation: presets of the same code at equal environment cost, each with several seeds, and their table."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from navbench_gs.errors import InvalidRecordError
from s2e_agent.checkpoint import load_policy, save_policy
from s2e_agent.driving import drive_task
from s2e_agent.finetune import POLICY_FILE, Finetuning
from s2e_agent.finetune_config import FinetuneConfig, WorldConfig, finetune_preset
from s2e_agent.policy import Policy
from s2e_agent.supervised import supervise
from s2e_agent.training_world import make_world

STRATEGIES = ("ram", "sft", "decoder", "full", "scratch")
TASKS = ("empty", "obstacle", "ped", "obstacle_ped")
LEAST_SEEDS = 3
"""Below this many seeds the table claims no order."""
HELD_OUT_SEED = 9000
"""First training seed of the scenes that runs are compared in; none trains there."""
ROWS_FILE, TABLE_FILE = "study.jsonl", "study.md"
MEASURES = ("success", "strict_success", "route_completion", "contacts")

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


def run_study(study: Study, folder: Path, report: Report) -> str:
    """Train what is missing, judge all, write rows and table; returns the table."""
    if "sft" in study.strategies and not study.data:
        raise InvalidRecordError("sft learns from drives: give --data, or leave sft out of --presets")
    folder.mkdir(parents=True, exist_ok=True)
    rows = _known(folder / ROWS_FILE)
    for strategy in study.strategies:
        for seed in range(study.seeds):
            if any((row["strategy"], row["seed"]) == (strategy, seed) for row in rows):
                continue
            report(f"{strategy}, seed {seed}")
            rows.append(_trained_row(study, strategy, seed, folder / strategy / str(seed)))
            with (folder / ROWS_FILE).open("a") as file:
                file.write(json.dumps(rows[-1]) + "\n")
    text = table(rows, study)
    (folder / TABLE_FILE).write_text(text)
    return text


def _known(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []


def _trained_row(study: Study, strategy: str, seed: int, folder: Path) -> dict[str, Any]:
    config = finetune_preset("ram" if strategy == "sft" else strategy, {**study.changes, "seed": seed})
    policy = _supervised(study, config, folder) if strategy == "sft" else _reinforced(study, config, folder)
    held_out = config.world.model_copy(update={"first_seed": HELD_OUT_SEED})
    return {"strategy": strategy, "seed": seed, "steps": config.steps, "tasks": judged(policy, held_out, study.rounds)}


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
    lines = [
        f"{study.seeds} seeds, equal environment cost, held-out training scenes (seeds from {HELD_OUT_SEED}).",
        *([] if study.seeds >= LEAST_SEEDS else [f"Fewer than {LEAST_SEEDS} seeds: no order is claimed."]),
        "",
        "| preset | task | " + " | ".join(MEASURES) + " |",
        "|---|---|" + "---|" * len(MEASURES),
    ]
    for strategy in study.strategies:
        mine = [row["tasks"] for row in rows if row["strategy"] == strategy]
        for task in TASKS:
            cells = [_spread([tasks[task][measure] for tasks in mine]) for measure in MEASURES]
            lines.append(f"| {strategy} | {task} | " + " | ".join(cells) + " |")
    return "\n".join(lines) + "\n"


def _spread(values: Sequence[float]) -> str:
    return f"{sum(values) / len(values):.2f} [{min(values):.2f}, {max(values):.2f}]"
