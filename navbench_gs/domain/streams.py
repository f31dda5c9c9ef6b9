"""Random streams: every one is keyed by what it is for, never by when it is drawn."""

from __future__ import annotations

import hashlib

import numpy as np


def stream_seed(*key: str | int) -> int:
    """A 63-bit seed from a key such as ``(rules version, scene, task, index, stream name)``."""
    text = "\x1f".join(str(part) for part in key)
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "little") >> 1


def stream(*key: str | int) -> np.random.Generator:
    """A numpy generator of its own for that key."""
    return np.random.Generator(np.random.PCG64(stream_seed(*key)))
