"""Budget (docs/performance.md): one decision of shipped S2E at 160 x 120 in at most 25 ms, median, on one core."""

import numpy as np
import pytest
import torch

from navbench_gs.domain.observation import Observation
from s2e_agent.config.pretraining import PRESETS
from s2e_agent.deploy.agent import S2EAgent
from s2e_agent.models.policy import Policy


@pytest.mark.benchmark(group="policy")
def test_one_decision_of_the_tiny_preset(benchmark):
    torch.manual_seed(0)
    agent = S2EAgent.of_policy(Policy(PRESETS["tiny"].policy), revision="random")
    picture = np.random.Generator(np.random.PCG64(0)).integers(0, 256, (120, 160, 3)).astype(np.uint8)
    seen = Observation(0.0, np.array([8.0, 1.0], dtype=np.float32), np.zeros(2), np.zeros(3), picture)
    agent.reset(seen, seed=0)
    assert benchmark(agent.act, seen).points.shape == (10, 2)
