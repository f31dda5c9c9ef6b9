"""Run: a folder of Results, and the plan it was started with."""

from __future__ import annotations

from pydantic import Field, field_validator

from navbench_gs.domain.agent import AgentCard
from navbench_gs.domain.perturbation import canonical_perturbations
from navbench_gs.domain.record import Record


class RunConfig(Record):
    """What to run: the options of ``navbench run``, validated at once."""

    agent: str
    tasks: tuple[str, ...] = Field(min_length=1)
    suite: str = "embedded"
    scenes: tuple[str, ...] = ()
    """Empty: every scene of the suite."""
    episodes: int | None = Field(1, ge=1)
    """How many of each scene's and task's episodes, from index 0; None: all."""
    agent_seed: int = 0
    checkpoint: str | None = None
    """Weights to use instead of the agent's own."""
    renderer: str = "auto"
    perturbation: str = ""
    """What disturbs the camera, for example ``haze:0.05,exposure:-1``; empty: nothing."""

    @field_validator("perturbation")
    @classmethod
    def _one_text_per_variant(cls, text: str) -> str:
        return canonical_perturbations(text)


class RunManifest(Record):
    """The file ``run.json``: identity of a run and the episodes it owes, written before the first is driven."""

    config: RunConfig
    card: AgentCard
    rules: str
    version: str
    planned: tuple[tuple[str, str, int, str], ...]
    """Scene, task, index and episode digest of every episode the whole run owes, in order."""
    shard: tuple[int, int] | None = None
    """(i, n): this folder drives only planned episodes whose name hashes to i modulo n."""
