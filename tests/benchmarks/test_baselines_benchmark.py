"""One decision of each published network at full size, random weights, on one core; no budget is set."""

import numpy as np
import pytest

from navbench_gs.agents.loading import load_agent
from navbench_gs.domain.observation import Observation

ROUTE_PICTURES = 20


def seen_by(card):
    """An observation with everything that the card asks for; the picture is noise."""
    rng = np.random.Generator(np.random.PCG64(0))
    size = card.needs.camera.height_px, card.needs.camera.width_px, 3
    goal, state = np.array([8.0, 1.0], dtype=np.float32), np.zeros(3, dtype=np.float32)
    return Observation(
        0.0,
        goal,
        state[:2],
        state,
        rgb=rng.integers(0, 256, size).astype(np.uint8),
        goal_image=rng.integers(0, 256, size).astype(np.uint8),
        route_images=rng.integers(0, 256, (ROUTE_PICTURES, *size)).astype(np.uint8),
        goal_heading=state[:1],
    )


@pytest.mark.benchmark(group="baselines")
@pytest.mark.parametrize(
    "name", ["gnm", "gnm:point", "vint", "vint:point", "nomad", "nomad:point", "mbra", "citywalker"]
)
def test_one_decision_of_a_baseline(benchmark, name):
    agent = load_agent(name, checkpoint="random")
    seen = seen_by(agent.card)
    agent.reset(seen, seed=0)
    agent.act(seen)
    benchmark.pedantic(agent.act, (seen,), rounds=2 if name == "citywalker" else 8)
