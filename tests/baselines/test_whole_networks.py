"""Whole forward passes against the published wiring, put together from other people's parts."""

from __future__ import annotations

import math

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional

from baselines.citywalker.model import CityWalker, CityWalkerConfig, PolarEmbedding, cropped_and_scaled
from baselines.dinov2 import DinoConfig
from baselines.gnm.model import GNM
from baselines.mbra.model import LogoNav, MBRAConfig, Relabeller
from baselines.nomad.model import NoMaD, NoMaDConfig, path_of, waypoints_of
from baselines.vint.model import ViNT, ViNTConfig
from tests.baselines.models import package_features, settled

NARROW = {"width": 64, "layers": 2, "heads": 4}


@pytest.fixture(autouse=True)
def _no_gradients_and_no_fused_kernels():
    before = torch.backends.mha.get_fastpath_enabled()
    torch.backends.mha.set_fastpath_enabled(False)
    with torch.no_grad():
        yield
    torch.backends.mha.set_fastpath_enabled(before)


def torch_encoder(template: nn.Module, stack: nn.Module, width: int, heads: int) -> nn.TransformerEncoder:
    layer = nn.TransformerEncoderLayer(width, heads, 4 * width, activation="gelu", batch_first=True, norm_first=True)
    reference = nn.TransformerEncoder(layer, len(stack.layers), enable_nested_tensor=False).eval()
    reference.load_state_dict(stack.state_dict(), strict=True)
    return reference


def waves(tokens: int, width: int) -> Tensor:
    table = torch.zeros(tokens, width)
    for place in range(tokens):
        for pair in range(width // 2):
            angle = place / 10000 ** (2 * pair / width)
            table[place, 2 * pair], table[place, 2 * pair + 1] = math.sin(angle), math.cos(angle)
    return table


@pytest.mark.parametrize("late_fusion", [False, True])
def test_vint_is_wired_as_published(late_fusion):
    torch.manual_seed(0)
    config = ViNTConfig(context=2, late_fusion=late_fusion, **NARROW)
    frames, goal = torch.randn(2, 9, 64, 85), torch.randn(2, 3, 64, 85)
    model = settled(ViNT(config), frames, goal)
    observe, see = package_features(model.obs_encoder, 3), package_features(model.goal_encoder, 3 if late_fusion else 6)
    tokens = [model.compress_obs_enc(observe(frames[:, 3 * i : 3 * i + 3])) for i in range(3)]
    seen = goal if late_fusion else torch.cat([frames[:, 6:], goal], dim=1)
    stacked = torch.stack([*tokens, model.compress_goal_enc(see(seen))], dim=1) + waves(4, 64)
    hidden = torch_encoder(model.decoder.sa_layer, model.decoder.sa_decoder, 64, 4)(stacked).flatten(1)
    for layer in model.decoder.output_layers:
        hidden = torch.relu(layer(hidden))
    actions = model.action_predictor(hidden).reshape(2, 5, 4)
    actions[:, :, :2] = torch.cumsum(actions[:, :, :2], dim=1)
    actions[:, :, 2:] = functional.normalize(actions[:, :, 2:].clone(), dim=-1)
    answer = model(frames, goal)
    torch.testing.assert_close(answer.actions, actions, atol=1e-4, rtol=0)
    torch.testing.assert_close(answer.distance, model.dist_predictor(hidden), atol=1e-4, rtol=0)


def test_nomad_hides_the_goal_as_published():
    """Padding on the goal's token, then the mean over five tokens times (5/4, 5/4, 5/4, 5/4, 0)."""
    torch.manual_seed(1)
    model = NoMaD(NoMaDConfig(width=64, layers=2, heads=4)).eval()
    encoder = model.vision_encoder
    frames, goal = torch.randn(2, 12, 96, 96), torch.randn(2, 3, 96, 96)
    observe = package_features(encoder.obs_encoder, 3, groups=True)
    see = package_features(encoder.goal_encoder, 6, groups=True)
    tokens = [encoder.compress_obs_enc(observe(frames[:, 3 * i : 3 * i + 3])) for i in range(4)]
    tokens.append(encoder.compress_goal_enc(see(torch.cat([frames[:, 9:], goal], dim=1))))
    masks = torch.tensor([[False] * 5, [False] * 4 + [True]])
    factors = torch.tensor([[1.0] * 5, [1.25] * 4 + [0.0]])
    reference = torch_encoder(encoder.sa_layer, encoder.sa_encoder, 64, 4)
    mixed = reference(torch.stack(tokens, dim=1) + waves(5, 64), src_key_padding_mask=masks)
    expected = (mixed * factors.unsqueeze(-1)).mean(dim=1)
    condition = model(frames, goal, torch.tensor([False, True]))
    torch.testing.assert_close(condition, expected, atol=1e-4, rtol=0)


def test_nomads_numbers_become_steps_between_its_bounds():
    """-1 is -2.5 ahead and -4 left, 1 is 5 and 4; steps add up."""
    path = torch.tensor([[[-1.0, -1.0], [1.0, 1.0]]])
    assert waypoints_of(path).tolist() == [[[-2.5, -4.0], [2.5, 0.0]]]
    torch.testing.assert_close(path_of(waypoints_of(path)), path)


def test_gnm_answers_alike_whole_and_in_parts_and_its_headings_are_unit_vectors():
    torch.manual_seed(2)
    frames, goal = torch.randn(2, 18, 64, 85), torch.randn(2, 3, 64, 85)
    model = settled(GNM(), frames, goal)
    answer = model(frames, goal)
    code = torch.cat([model.encode_frames(frames), model.encode_goal(frames, goal)], dim=1)
    summary = model.linear_layers(code)
    increments = model.action_predictor(summary).reshape(2, 5, 4)
    torch.testing.assert_close(answer.actions[..., :2], increments[..., :2].cumsum(1), atol=1e-5, rtol=0)
    torch.testing.assert_close(answer.actions[..., 2:].norm(dim=-1), torch.ones(2, 5))
    assert answer.distance.shape == (2, 1)


def test_logonav_puts_its_goal_pose_behind_the_frames():
    torch.manual_seed(3)
    model = LogoNav(MBRAConfig(context=1, **NARROW)).eval()
    frames, pose = torch.randn(2, 6, 96, 96), torch.randn(2, 4)
    tokens = [model.compress_obs_enc(model.obs_encoder(frames[:, 3 * i : 3 * i + 3])) for i in range(2)]
    summary = model.decoder(torch.stack([*tokens, model.local_goal(pose)], dim=1))
    increments = model.action_predictor(summary).reshape(2, 8, 4)
    answer = model(frames, pose)
    torch.testing.assert_close(answer[..., :2], increments[..., :2].cumsum(1), atol=1e-5, rtol=0)
    torch.testing.assert_close(answer[..., 2:], functional.normalize(increments[..., 2:], dim=-1), atol=1e-5, rtol=0)


def test_the_relabeller_scales_the_first_half_of_its_outputs():
    """v = 0.5 s, w = 2 (s - 0.5), speeds first; logits are 0 and ln 3, so s is 0.5 and 0.75."""
    torch.manual_seed(4)
    model = Relabeller(MBRAConfig(context=1, **NARROW)).eval()
    model.action_predictor[0].weight.zero_()
    model.action_predictor[0].bias[:8], model.action_predictor[0].bias[8:] = 0.0, math.log(3)
    facts = torch.full((1, 1), 0.3), torch.zeros(1, 1), torch.zeros(1, 12)
    plan = model(torch.randn(1, 6, 96, 96), torch.randn(1, 3, 96, 96), *facts)
    assert plan.speed_mps.tolist() == [pytest.approx([0.25] * 8)]
    assert plan.yaw_rate_rps.tolist() == [pytest.approx([0.5] * 8)]


def test_the_relabellers_facts_come_behind_the_goal_and_fill_their_tokens(monkeypatch):
    torch.manual_seed(5)
    model = Relabeller(MBRAConfig(context=1, **NARROW)).eval()
    seen: list[Tensor] = []
    monkeypatch.setattr(model.decoder, "forward", lambda tokens: seen.append(tokens) or torch.zeros(1, 32))
    past = torch.arange(12.0).unsqueeze(0)
    frames, goal = torch.randn(1, 6, 96, 96), torch.randn(1, 3, 96, 96)
    model(frames, goal, torch.tensor([[0.3]]), torch.tensor([[2.0]]), past)
    (tokens,) = seen
    assert tokens.shape == (1, 2 + 1 + 14, 64)
    assert tokens[0, 3:, 0].tolist() == pytest.approx([0.3, 2.0, *range(12)])
    assert tokens[0, 3:].std(dim=1).max() == 0


def test_a_point_is_embedded_by_its_polar_waves():
    """(3, 4): r 5, theta atan2(4, 3); frequencies 1, 2, 4, 8, 16, 32."""
    bearing, bands = math.atan2(4, 3), [2**power for power in range(6)]
    expected = [5.0, bearing]
    for angle in (bearing, 5.0):
        expected += [math.sin(angle * band) for band in bands] + [math.cos(angle * band) for band in bands]
    assert PolarEmbedding()(torch.tensor([[[3.0, 4.0]]]))[0, 0].tolist() == pytest.approx(expected, abs=1e-4)


TINY_CITY = CityWalkerConfig(
    layers=1, heads=2, crop_px=(28, 42), resize_px=(28, 42), encoder=DinoConfig(16, 1, 2, 14, 3)
)


def test_citywalker_predicts_features_from_frames_and_points():
    torch.manual_seed(6)
    model = CityWalker(TINY_CITY).eval()
    network = model.model
    frames, points = torch.rand(2, 5, 3, 32, 44), torch.randn(2, 6, 2)
    middle = (frames[..., 2:30, 1:43] - network.mean) / network.std
    tokens = torch.stack([network.obs_encoder(middle[:, i]) for i in range(5)], dim=1)
    goal = network.compress_goal_enc(network.cord_embedding(points).flatten(1))
    reference = torch_encoder(network.predictor.sa_layer, network.predictor.sa_decoder, 16, 2)
    mixed = reference(torch.cat([tokens, goal[:, None]], dim=1) + waves(6, 16))
    hidden = network.predictor_mlp(mixed.reshape(2, -1))
    answer = model(frames, points)
    expected = network.wp_predictor(hidden).reshape(2, 5, 2).cumsum(dim=1)
    torch.testing.assert_close(answer.waypoints, expected, atol=1e-4, rtol=0)
    torch.testing.assert_close(answer.features, mixed[:, :5], atol=1e-4, rtol=0)
    torch.testing.assert_close(answer.arrival, network.arrive_predictor(hidden), atol=1e-4, rtol=0)


def test_citywalkers_encoder_learns_nothing():
    assert not any(parameter.requires_grad for parameter in CityWalker(TINY_CITY).model.obs_encoder.parameters())


def test_pictures_are_cropped_then_scaled_with_antialiasing():
    """400 -> 392 of a ramp keeps the ramp: a value every 400 / 392 columns, at pixel centres."""
    ramp = torch.arange(640.0).expand(1, 3, 480, 640)
    scaled = cropped_and_scaled(ramp, (400, 400), (392, 392))
    assert scaled.shape == (1, 3, 392, 392)
    expected = 120 + (100 + 0.5) * 400 / 392 - 0.5
    assert float(scaled[0, 0, 50, 100]) == pytest.approx(expected, abs=0.05)
    with pytest.raises(ValueError, match="640 x 480 px are smaller than the crop"):
        cropped_and_scaled(ramp, (500, 400), (392, 392))
