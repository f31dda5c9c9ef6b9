"""Variants of the agent by name: ``s2e:WORD[,WORD...]``, words for the weights, the mode and what it may see.

=============  ========================================================================
``bc``         shipped weights after pre-training alone
``bc_single``  shipped weights of the unimodal ablation
a path         a checkpoint: whatever holds a ``/`` or ends with ``.safetensors``
``sample``     draws the mode by its score at every decision, instead of taking the likeliest
``goal_free``  is not told the goal
``blind``      sees grey frames
=============  ========================================================================
"""

from __future__ import annotations

from pathlib import Path

from navbench_gs.domain.record import Record
from navbench_gs.errors import AgentCardError, UnknownNameError

SHIPPED_NAMES = {"": "tiny_ram", "bc": "tiny_bc", "bc_single": "tiny_bc_single"}
"""Word -> name of the weights that ship; no word: those of the whole method."""
SWITCHES = ("sample", "goal_free", "blind")
SUFFIX = ".safetensors"


class Variant(Record):
    """Which weights drive, how their mode is chosen, and what is kept from them."""

    weights: str = ""
    """A word of :data:`SHIPPED_NAMES`, or the path of a checkpoint."""
    sample: bool = False
    goal_free: bool = False
    blind: bool = False

    @property
    def checkpoint(self) -> Path | None:
        """The checkpoint's path; None for shipped weights."""
        return None if self.weights in SHIPPED_NAMES else Path(self.weights)

    @property
    def name(self) -> str:
        """The agent's name in tables: the words in a fixed order, of a path only the file's name."""
        weights = self.weights if self.checkpoint is None else self.checkpoint.stem
        words = [word for word in (weights, *(switch for switch in SWITCHES if getattr(self, switch))) if word]
        return ":".join(["s2e", ",".join(words)]) if words else "s2e"

    @property
    def description(self) -> str:
        """What drives, for the agent's card."""
        if self == Variant():
            words = ", ".join([*filter(None, SHIPPED_NAMES), *SWITCHES, "PATH"])
            return f"S2E, shipped weights; variants s2e:WORD[,WORD] of {words}"
        parts = [
            f"S2E, {'shipped weights' if self.checkpoint is None else 'weights of its own'}",
            f"mode {'drawn' if self.sample else 'taken'} by score",
            *(["no goal"] if self.goal_free else []),
            *(["grey frames"] if self.blind else []),
        ]
        return ", ".join(parts)


def parse_variant(text: str) -> Variant:
    """The variant that comma-separated words name; no words: shipped weights, likeliest mode, goal and frames seen.

    Raises:
        UnknownNameError: a word is none of them; the closest one is offered.
        AgentCardError: two words name weights.
    """
    words = [word.strip() for word in text.split(",") if word.strip()]
    weights = [word for word in words if word in SHIPPED_NAMES or "/" in word or word.endswith(SUFFIX)]
    if len(weights) > 1:
        raise AgentCardError(f"agent 's2e:{text}' names two weights, {weights[0]} and {weights[1]}: choose one")
    switches = [word for word in words if word not in weights]
    for word in switches:
        if word not in SWITCHES:
            raise UnknownNameError("variant of s2e", word, [*filter(None, SHIPPED_NAMES), *SWITCHES])
    return Variant(weights="".join(weights), **dict.fromkeys(switches, True))
