import json
import sys
from pathlib import Path

import pytest
import torch

sys.path.insert(0, str(Path(__file__).parent))
from fake_world import FakeWorld
from s2e_agent.checkpoint import load_policy
from s2e_agent.config import PRESETS as SIZES
from s2e_agent.finetune import Finetuning
from s2e_agent.finetune_config import finetune_preset
from s2e_agent.policy import Policy


def small_policy():
    torch.manual_seed(0)
    policy = Policy(SIZES["debug"].policy)
    policy.anchors.copy_(torch.tensor([[2.0, 0.0], [1.0, 0.0], [1.5, 1.0], [1.5, -1.0]]))
    return policy.eval()


@pytest.mark.parametrize("strategy", ["ram", "decoder", "full", "scratch"])
def test_x(strategy, tmp_path):
    config = finetune_preset("debug", {"strategy": strategy})
    Finetuning(config, small_policy(), FakeWorld(), tmp_path, {}).run(print)
