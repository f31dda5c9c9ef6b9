"""NoMaD's chain equals diffusers' DDPM scheduler, given the same noise."""

from __future__ import annotations

import math

import pytest
import torch

from baselines.nomad.diffusion import NoiseSchedule, denoised


@pytest.fixture
def scheduler():
    diffusers = pytest.importorskip("diffusers")
    return diffusers.DDPMScheduler(
        num_train_timesteps=10, beta_schedule="squaredcos_cap_v2", clip_sample=True, prediction_type="epsilon"
    )


def wobble(path: torch.Tensor, steps: torch.Tensor) -> torch.Tensor:
    """Stands in for the network."""
    return torch.sin(3 * path + steps.view(-1, 1, 1)) * 1.5


def test_the_chain_equals_that_of_diffusers(scheduler, monkeypatch):
    torch.manual_seed(0)
    start = torch.randn(4, 8, 2)
    noises = [torch.randn(4, 8, 2) for _ in range(9)]
    queue = iter(noises)
    module = __import__(type(scheduler).__module__, fromlist=["randn_tensor"])
    monkeypatch.setattr(module, "randn_tensor", lambda *_args, **_options: next(queue))
    scheduler.set_timesteps(10)
    path = start
    for step in scheduler.timesteps:
        path = scheduler.step(wobble(path, step.expand(4)), step, path).prev_sample
    torch.testing.assert_close(denoised(wobble, start, noises), path, atol=1e-4, rtol=0)


def test_adding_noise_equals_diffusers(scheduler):
    torch.manual_seed(1)
    path, noise, steps = torch.rand(5, 8, 2), torch.randn(5, 8, 2), torch.tensor([0, 3, 5, 8, 9])
    expected = scheduler.add_noise(path, noise, steps)
    torch.testing.assert_close(NoiseSchedule().noised(path, noise, steps), expected, atol=1e-5, rtol=0)


def test_the_first_step_adds_the_variance_of_the_squared_cosine():
    """1 - cos^2(0.108 / 1.008 pi / 2) / cos^2(0.008 / 1.008 pi / 2)."""
    share = math.cos(0.108 / 1.008 * math.pi / 2) ** 2 / math.cos(0.008 / 1.008 * math.pi / 2) ** 2
    assert float(NoiseSchedule().betas[0]) == pytest.approx(1 - share, abs=1e-6)
    assert float(NoiseSchedule().betas[-1]) == pytest.approx(0.999)
