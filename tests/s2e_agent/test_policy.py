import pytest
import torch

from s2e_agent.config import PRESETS
from s2e_agent.policy import Policy


def inputs(config, samples=3):
    frames = torch.randint(0, 256, (samples + 2, config.encoder.height_px, config.encoder.width_px, 3)).byte()
    history = torch.randint(0, samples + 2, (samples, config.context))
    goals = torch.tensor([[5.0, 1.0], [float("nan")] * 2, [0.0, 0.0]])
    return frames, history, torch.ones(samples, config.context, dtype=torch.bool), goals


@pytest.mark.parametrize("name", sorted(PRESETS))
def test_every_preset_gives_a_bounded_mixture_and_finite_gradients(name):
    config = PRESETS[name].policy
    torch.manual_seed(0)
    policy = Policy(config)
    policy.anchors.copy_(torch.randn(config.anchors, 2))
    mixture = policy(*inputs(config))
    batch, modes, steps = 3, config.anchors, config.horizon
    assert mixture.log_scores.shape == mixture.scales.shape == (batch, modes)
    assert mixture.means.shape == mixture.sigmas.shape == (batch, modes, steps, 2)
    assert mixture.rhos.shape == (batch, modes, steps)
    assert torch.allclose(mixture.log_scores.exp().sum(dim=1), torch.ones(batch), atol=1e-5)
    low, high = config.sigma_bounds
    assert (mixture.sigmas >= low).all() and (mixture.sigmas <= high).all()
    assert (mixture.rhos.abs() <= config.rho_bound).all() and (mixture.scales > 0).all()
    (mixture.paths().square().mean() + mixture.log_scores.square().mean() + mixture.sigmas.mean()).backward()
    gradients = [parameter.grad for parameter in policy.parameters() if parameter.grad is not None]
    assert gradients and all(gradient.isfinite().all() for gradient in gradients)


def test_absent_frames_do_not_change_the_answer():
    config = PRESETS["debug"].policy
    torch.manual_seed(0)
    policy = Policy(config).eval()
    frames, history, present, goals = inputs(config)
    present[:, :-1] = False
    other = history.clone()
    other[:, :-1] = (other[:, :-1] + 1) % len(frames)
    with torch.no_grad():
        assert torch.equal(policy(frames, history, present, goals).means, policy(frames, other, present, goals).means)


def test_a_missing_goal_is_not_the_goal_at_one_metre():
    config = PRESETS["debug"].policy
    torch.manual_seed(0)
    context = Policy(config).context
    missing, there = context.goal_token(torch.tensor([[float("nan")] * 2, [1.0, 1.0]]))
    assert missing.isfinite().all() and not torch.equal(missing, there)
