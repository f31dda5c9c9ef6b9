import json

import numpy as np

from navbench_gs.domain.observation import Observation
from navbench_gs.domain.record import file_digest
from s2e_agent.agent import S2EAgent
from s2e_agent.checkpoint import SHIPPED, load_policy


def driven(agent):
    pictures = np.random.Generator(np.random.PCG64(1)).integers(0, 256, (3, 120, 160, 3)).astype(np.uint8)
    moments = [
        Observation(0.25 * i, np.array([6.0, -1.0], dtype=np.float32), np.zeros(2), np.zeros(3), picture)
        for i, picture in enumerate(pictures)
    ]
    agent.reset(moments[0], seed=0)
    return [agent.act(moment).points for moment in moments]


def test_shipped_weights_are_small_load_strictly_and_match_their_recorded_hash():
    recorded = json.loads(SHIPPED.with_suffix(".json").read_text())
    assert SHIPPED.stat().st_size <= 12e6
    _, facts, sha256 = load_policy(SHIPPED)
    assert sha256 == recorded["sha256"] == file_digest(SHIPPED)
    assert facts["command"].startswith("s2e pretrain") and "seed" in facts


def test_the_shipped_agent_is_deterministic():
    first, second = driven(S2EAgent()), driven(S2EAgent())
    assert all(np.array_equal(a, b) for a, b in zip(first, second, strict=True))
