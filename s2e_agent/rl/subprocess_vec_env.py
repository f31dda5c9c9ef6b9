"""A training world spread over processes: each drives its share of the robots, in scenes of its own, all at once.

Robots, pedestrians and pictures cost most of what experience costs, and one process drives them one after another. The
policy and the learning stay where they are, in this process, on a GPU if there is one.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from functools import partial
from itertools import accumulate, pairwise
from multiprocessing.connection import Connection
from typing import Any

import numpy as np
import torch
from torch import Tensor

from navbench_gs.domain.state import Privileged
from navbench_gs.domain.streams import stream_seed
from navbench_gs.errors import NavBenchError, one_line
from navbench_gs.processes import WorkerProcess, one_torch_thread
from s2e_agent.rl.vec_env import Infos, Observation, TrainingWorld

MakeWorld = Callable[[], TrainingWorld]
NOWHERE_M = 1e5
"""Where pedestrians are whom a robot's world lacks, in the answer that all worlds give together."""


class WorldsInProcesses:
    """Several training worlds as one; robots are numbered world after world.

    Args:
        makers: each makes the world of one process, on the CPU; picklable.
        scenes: how many scenes each of these has, for ``episode_scene``.
        device: where the tensors of this world lie.

    Raises:
        NavBenchError: a world could not be made; later, of any call: a process was lost.
    """

    def __init__(self, makers: Sequence[MakeWorld], scenes: Sequence[int], device: str = "cpu") -> None:
        self._device = device
        self._processes: list[WorkerProcess] = []
        try:
            for make in makers:
                self._processes.append(WorkerProcess(_serve, make))
            counts = [int(_answer(process)) for process in self._processes]
        except NavBenchError:
            self.close()
            raise
        self.num_envs = sum(counts)
        self._spans = [slice(*ends) for ends in pairwise([0, *accumulate(counts)])]
        self._first_scenes = [0, *accumulate(scenes)][:-1]

    def reset(self, *, seed: int | None = None) -> tuple[Observation, Infos]:
        """New episodes for all robots."""
        seeds = [None if seed is None else stream_seed("world", seed, number) for number in range(len(self._spans))]
        answers = self._ask("reset", [{"seed": one} for one in seeds])
        observation: Observation = self._joined([observation for observation, _ in answers])
        return observation, {}

    def step(self, actions: Tensor) -> tuple[Observation, Tensor, Tensor, Tensor, Infos]:
        """One decision period."""
        answers = self._ask("step", self._shares("actions", actions))
        for first, answer in zip(self._first_scenes, answers, strict=True):
            infos = answer[4]
            if "episode_scene" in infos:
                infos["episode_scene"] = infos["episode_scene"] + first
        observation, reward, terminated, truncated, infos = (
            self._joined(list(parts)) for parts in zip(*answers, strict=True)
        )
        return observation, reward, terminated, truncated, infos

    def set_progress(self, progress: float) -> None:
        """Which share of its curriculum is done."""
        self._ask("set_progress", [{"progress": progress}] * len(self._processes))

    def blind(self, robots: Tensor) -> None:
        """No pictures are needed for these robots (N,)."""
        self._ask("blind", self._shares("robots", robots))

    def outlook(self, paths: Tensor) -> Mapping[str, Tensor]:
        """What lies on paths (N, K, H, 2); robots of worlds with fewer pedestrians have some far away instead."""
        answers = self._ask("outlook", self._shares("paths", paths))
        most = max(answer["pedestrians"].shape[2] for answer in answers)
        for answer in answers:
            lacking = most - answer["pedestrians"].shape[2]
            padding = ((0, 0), (0, 0), (0, lacking), (0, 0))
            answer["pedestrians"] = np.pad(answer["pedestrians"], padding, constant_values=NOWHERE_M)
        told: Mapping[str, Tensor] = self._joined(answers)
        return told

    def privileged(self) -> list[Privileged]:
        """What a privileged teacher is told, for each robot."""
        return [one for told in self._ask("privileged", [{}] * len(self._processes)) for one in told]

    def close(self) -> None:
        """End all processes."""
        for process in self._processes:
            process.close()
        for process in self._processes:
            process.ended()

    def _shares(self, name: str, rows: Tensor) -> list[dict[str, Tensor]]:
        whole = rows.cpu()
        return [{name: whole[span]} for span in self._spans]

    def _ask(self, name: str, arguments: Sequence[Mapping[str, Any]]) -> list[Any]:
        """Call the same method of all worlds at the same time."""
        for process, given in zip(self._processes, arguments, strict=True):
            process.send((name, _as_arrays(dict(given))))
        return [_answer(process) for process in self._processes]

    def _joined(self, answers: list[Any]) -> Any:
        """Arrays of all worlds one after another, as tensors; mappings by their entries."""
        if isinstance(answers[0], dict):
            return {name: self._joined([answer[name] for answer in answers]) for name in answers[0]}
        return torch.from_numpy(np.concatenate(answers)).to(self._device)


def _answer(process: WorkerProcess) -> Any:
    """What the world in a process has answered to the last call."""
    try:
        kind, content = process.receive()
    except EOFError as error:
        raise NavBenchError("a process of the training world was lost; the same command goes on") from error
    if kind == "error":
        raise NavBenchError(f"a process of the training world failed: {content}")
    return content


def _serve(line: Connection[Any, Any], make: MakeWorld) -> None:
    """Life of a world's process: make it, say how many robots it has, then answer call after call until one fails."""
    one_torch_thread()
    with suppress(EOFError, OSError):  # of the line: who asks is gone
        kind, made = _tried(make)
        line.send((kind, made.num_envs if kind == "answer" else made))
        while kind == "answer":
            name, arguments = line.recv()
            kind, content = _tried(partial(getattr(made, name), **_as_tensors(arguments)))
            line.send((kind, _as_arrays(content)))


def _tried(call: Callable[[], Any]) -> tuple[str, Any]:
    """``answer`` and what the call gave, or ``error`` and why it failed, in a line."""
    try:
        return "answer", call()
    except Exception as error:
        return "error", str(error) if isinstance(error, NavBenchError) else one_line(error)


def _as_arrays(value: Any) -> Any:
    """Tensors as arrays, which travel by value, inside mappings and tuples too."""
    if isinstance(value, Tensor):
        return value.numpy()
    if isinstance(value, Mapping):
        return {name: _as_arrays(entry) for name, entry in value.items()}
    return tuple(_as_arrays(entry) for entry in value) if isinstance(value, tuple) else value


def _as_tensors(arguments: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: torch.from_numpy(value) if isinstance(value, np.ndarray) else value for name, value in arguments.items()
    }
