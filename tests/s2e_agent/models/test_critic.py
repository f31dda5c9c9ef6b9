import torch

from s2e_agent.models.critic import PRIVILEGED_M, Critic, critic_state

from ..small import memory_of, small_policy


def test_the_state_is_goal_velocity_and_capped_distances():
    infos = {
        "solid_clearance_m": torch.tensor([0.25]),
        "edge_clearance_m": torch.tensor([-0.1]),
        "pedestrian_gap_m": torch.tensor([torch.inf]),
        "cost_to_go_m": torch.tensor([15.0]),
    }
    state = critic_state(torch.tensor([[3.0, 4.0]]), torch.tensor([[0.7, -0.2]]), 20.0, infos)
    expected = torch.tensor([[0.25, 0.6, 0.8, 0.7, -0.2, 0.25, 0.0, 1.0, 0.5]])
    assert torch.allclose(state, expected) and set(infos) == set(PRIVILEGED_M)


def test_without_privilege_the_state_is_what_the_robot_knows():
    assert critic_state(torch.ones(2, 2), torch.zeros(2, 2), 20.0, None).shape == (2, 5)


def test_a_fresh_critic_values_nothing_and_no_gradient_reaches_the_memory():
    policy = small_policy()
    critic, (memory, absent) = Critic(policy.config, privileged=True), memory_of(policy, 3)
    memory.requires_grad_(True)
    values = critic(memory, absent, torch.randn(3, 9))
    assert values.tolist() == [0.0, 0.0, 0.0]
    values.sum().backward()
    assert memory.grad is None and critic.value.weight.grad.abs().sum() > 0
