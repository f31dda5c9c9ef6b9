import copy

import numpy as np
import pytest
import torch
from torch import nn

from navbench_gs.errors import WeightsError
from s2e_agent.deploy.agent import S2EAgent
from s2e_agent.models.checkpoint import load_policy, save_policy
from s2e_agent.models.residual import ResidualAttention, mean_gate_norms, residual_modules, residual_parameters
from s2e_agent.rl.strategies import prepared, with_residual

from ..small import memory_of, small_policy


class Doubling(nn.Module):
    """psi(Q; K, V) = w Q + mean(K): small enough to do by hand."""

    def __init__(self):
        super().__init__()
        self.weight = nn.Parameter(torch.tensor(2.0))

    def forward(self, queries, memory, absent):
        return self.weight * queries + memory.mean(dim=1, keepdim=True)


def test_the_formula_worked_by_hand():
    # Q = 1, K = 3: psi_D = 2 + 3 = 5. Z_in(Q) = 4, psi_l = 0.5 * 4 + 3 = 5, Z_out = 0.1 * 5: Q' = 5.5.
    module = ResidualAttention(Doubling(), 1)
    with torch.no_grad():
        module.adapted.weight.fill_(0.5)
        module.gate_in.weight.fill_(4.0)
        module.gate_out.weight.fill_(0.1)
    answer = module(torch.ones(1, 1, 1), torch.full((1, 2, 1), 3.0), torch.zeros(1, 2, dtype=torch.bool))
    assert answer.item() == pytest.approx(5.5)


def test_a_fresh_residual_changes_no_bit():
    policy = small_policy()
    adapted, (memory, absent) = with_residual(policy), memory_of(policy, 5)
    with torch.no_grad():
        before, after = policy.decide(memory, absent), adapted.decide(memory, absent)
    assert torch.equal(before.log_scores, after.log_scores) and torch.equal(before.means, after.means)
    assert len(residual_modules(adapted)) == policy.config.decoder_layers
    assert mean_gate_norms(adapted) == {"gate_in": 0.0, "gate_out": 0.0} and mean_gate_norms(policy) == {}


def test_at_the_start_the_gradient_reaches_the_output_gate_alone():
    policy = prepared(small_policy(), "ram", 0)
    policy.decide(*memory_of(policy, 3)).paths().sum().backward()
    module = residual_modules(policy)[0]
    assert module.gate_out.weight.grad.abs().sum() > 0
    for part in (module.adapted, module.gate_in):
        assert all(parameter.grad.abs().sum() == 0 for parameter in part.parameters())


def test_once_the_output_gate_is_open_all_of_the_residual_learns():
    policy = prepared(small_policy(), "ram", 0)
    module = residual_modules(policy)[0]
    with torch.no_grad():
        module.gate_out.weight.normal_(std=0.1)
    policy.decide(*memory_of(policy, 3)).paths().sum().backward()
    assert module.gate_in.weight.grad.abs().sum() > 0
    assert module.adapted.feed_forward[0].weight.grad.abs().sum() > 0


def test_context_anchors_head_and_pretrained_blocks_get_no_gradient():
    policy = prepared(small_policy(), "ram", 0)
    memory, absent = memory_of(policy, 3)
    memory.requires_grad_(True)
    policy.decide(memory.detach(), absent).paths().sum().backward()
    learning = set(residual_parameters(policy))
    assert {parameter for parameter in policy.parameters() if parameter.grad is not None} == learning
    assert memory.grad is None
    assert sum(p.numel() for p in learning) < 0.6 * sum(p.numel() for p in policy.parameters())


def test_the_residual_is_a_copy_not_the_block_itself():
    policy = with_residual(small_policy())
    module = residual_modules(policy)[0]
    before = copy.deepcopy(module.pretrained.state_dict())
    with torch.no_grad():
        for parameter in module.adapted.parameters():
            parameter.add_(1.0)
    assert all(torch.equal(value, before[name]) for name, value in module.pretrained.state_dict().items())


def test_a_second_residual_is_refused():
    with pytest.raises(WeightsError, match="already"):
        with_residual(with_residual(small_policy()))


def test_a_policy_with_residual_is_saved_loaded_and_drives(tmp_path):
    policy = with_residual(small_policy())
    with torch.no_grad():
        for parameter in residual_parameters(policy):
            parameter.copy_(torch.randn(parameter.shape).half().float())
    path = tmp_path / "policy.safetensors"
    save_policy(path, policy, {"revision": "ram-1"})
    loaded, facts, _ = load_policy(path)
    assert loaded.config.residual and facts["revision"] == "ram-1"
    assert len(residual_modules(loaded)) == 1
    agent = S2EAgent(checkpoint=str(path))
    mixture = agent.distribution(np.zeros((120, 160, 3), dtype=np.uint8), np.array([3.0, 1.0], dtype=np.float32))
    assert mixture.means.isfinite().all() and agent.card.revision == "ram-1"
