import math

import pytest
import torch
from pydantic import ValidationError

from s2e_agent.config.pretraining import PRESETS, EncoderConfig, PolicyConfig
from s2e_agent.models.attention import AttentionBlock
from s2e_agent.models.context import goal_features, newer_frames
from s2e_agent.models.encoder import look
from s2e_agent.models.mixture_head import MixtureHead

from ..small import random_policy

NOWHERE = [float("nan")] * 2


def pictures(encoder, count):
    return torch.randint(0, 256, (count, encoder.height_px, encoder.width_px, 3 * encoder.looks)).byte()


def inputs(config, samples=3):
    frames = pictures(config.encoder, samples + 2)
    history = torch.randint(0, samples + 2, (samples, config.context))
    goals = torch.tensor([[5.0, 1.0], NOWHERE, [0.0, 0.0]])
    return frames, history, torch.ones(samples, config.context, dtype=torch.bool), goals


def assert_bounded(mixture, config, batch):
    modes, steps = config.anchors, config.horizon
    assert mixture.log_scores.shape == mixture.scales.shape == (batch, modes)
    assert mixture.means.shape == mixture.sigmas.shape == (batch, modes, steps, 2)
    assert mixture.rhos.shape == (batch, modes, steps)
    assert torch.allclose(mixture.log_scores.exp().sum(dim=1), torch.ones(batch), atol=1e-5)
    low, high = config.sigma_bounds
    assert (mixture.sigmas >= low).all() and (mixture.sigmas <= high).all()
    assert (mixture.rhos.abs() <= config.rho_bound).all() and (mixture.scales > 0).all()
    assert mixture.paths().isfinite().all()


@pytest.mark.parametrize("name", sorted(PRESETS))
def test_every_preset_gives_a_bounded_mixture_with_a_goal_and_without(name):
    config = PRESETS[name].policy
    if config.encoder.kind != "columns":
        pytest.importorskip(
            {"efficientnet_b0": "efficientnet_pytorch", "dinov3_vits": "transformers"}[config.encoder.kind]
        )
    policy = random_policy(config)
    frame = pictures(config.encoder, 1)
    with torch.inference_mode():
        tokens = policy.encoder(frame)
        history = torch.zeros(2, config.context, dtype=torch.long)
        present = torch.ones(2, config.context, dtype=torch.bool)
        present[1, :-1] = False
        mixture = policy.decode(tokens[history], present, torch.tensor([[5.0, 1.0], NOWHERE]))
    assert tokens.shape == (1, policy.encoder.tokens, config.width)
    assert_bounded(mixture, config, 2)


def test_the_presets_of_the_paper_have_its_sizes():
    v1, ready = PRESETS["v1"].policy, PRESETS["camera_ready"].policy
    assert (v1.context_layers, v1.decoder_layers, v1.heads, v1.width, v1.feed_forward, v1.anchors) == (
        4,
        4,
        8,
        768,
        3072,
        8,
    )
    assert (ready.context_layers, ready.causal, ready.width, ready.anchors, ready.context) == (6, True, 768, 64, 11)
    assert (ready.encoder.width_px, ready.encoder.height_px, ready.horizon) == (256, 256, 10)


SMALL = PRESETS["debug"].policy
EFFICIENT = SMALL.model_copy(update={"encoder": EncoderConfig(kind="efficientnet_b0", width_px=32, height_px=32)})


@pytest.mark.parametrize(
    "config",
    [SMALL, SMALL.model_copy(update={"causal": True, "route_points": 2}), EFFICIENT],
    ids=["plain", "causal", "b0"],
)
def test_every_parameter_that_the_mixture_needs_has_a_finite_gradient(config):
    if config is EFFICIENT:
        pytest.importorskip("efficientnet_pytorch")
    policy = random_policy(config).train()
    frames, history, present, goals = inputs(config)
    routes = torch.randn(3, config.route_points, 2)
    routes[1] = torch.nan
    mixture = policy(frames, history, present, goals, routes)
    assert_bounded(mixture, config, 3)
    (mixture.paths().square().mean() + mixture.log_scores.square().mean() + mixture.sigmas.mean()).backward()
    without = {name.split(".")[0] for name, p in policy.named_parameters() if p.grad is None}
    assert without <= {"ranges", "people"}
    assert all(p.grad.isfinite().all() for p in policy.parameters() if p.grad is not None)


def test_absent_frames_do_not_change_the_answer():
    for config in (SMALL, SMALL.model_copy(update={"causal": True})):
        policy = random_policy(config)
        frames, history, present, goals = inputs(config)
        present[:, :-1] = False
        other = history.clone()
        other[:, :-1] = (other[:, :-1] + 1) % len(frames)
        with torch.no_grad():
            same = policy(frames, history, present, goals).means
            assert same.isfinite().all() and torch.equal(same, policy(frames, other, present, goals).means)


def test_a_causal_context_keeps_newer_frames_from_older_ones():
    # two frames of two tokens and one guide: tokens of frame 0 may not look at those of frame 1; all see the guide
    first, second, guide = [False, False, True, True, False], [False] * 5, [True, True, True, True, False]
    assert newer_frames(2, 2, 1, torch.device("cpu")).tolist() == [first, first, second, second, guide]
    tokens, other = torch.randn(2, 1, 2, 4, SMALL.width).unbind()
    other[:, 0] = tokens[:, 0]
    present, goals = torch.ones(1, 2, dtype=torch.bool), torch.tensor([[3.0, 1.0]])
    for causal in (True, False):
        policy = random_policy(SMALL.model_copy(update={"causal": causal, "context_layers": 3}))
        older = [policy.context(t, present, goals)[0][:, :4] for t in (tokens, other)]
        assert torch.equal(*older) is causal


def test_goal_features_are_distance_cosine_and_sine():
    found = goal_features(torch.tensor([[3.0, 4.0], [0.0, -60.0]]), 30.0)
    assert found.tolist() == [pytest.approx([5 / 30, 0.6, 0.8]), pytest.approx([1.0, 0.0, -1.0])]
    assert goal_features(torch.zeros(1, 2), 30.0).isfinite().all()


def test_a_missing_goal_is_not_the_goal_at_one_metre():
    context = random_policy(SMALL).context
    missing, there = context.goal_token(torch.tensor([NOWHERE, [1.0, 1.0]]))
    assert missing.isfinite().all() and not torch.equal(missing, there)


def test_a_missing_route_is_the_learned_token_and_none_is_taken_without_points():
    context = random_policy(SMALL.model_copy(update={"route_points": 2})).context
    routes = torch.tensor([[NOWHERE, NOWHERE], [[1.0, 0.0], [2.0, 0.0]]])
    tokens = context.route_token(routes, 2)
    assert torch.equal(tokens[0], context.no_route[None]) and not torch.equal(tokens[1], tokens[0])
    assert torch.equal(context.route_token(None, 1)[0], tokens[0])
    assert random_policy(SMALL).context.route_token(routes, 2).shape == (2, 0, SMALL.width)


def test_attention_is_softmax_of_scaled_products_worked_by_hand():
    config = PolicyConfig(width=2, heads=1, feed_forward=4, dropout=0.0, encoder=SMALL.encoder)
    block = AttentionBlock(config).eval()
    with torch.no_grad():
        for parameter in block.parameters():
            parameter.zero_()  # the feed-forward adds nothing, the norm before maps every query to its bias
        block.attention.in_proj_weight.copy_(torch.eye(2).repeat(3, 1))
        block.attention.out_proj.weight.copy_(torch.eye(2))
        block.query_norm.bias.copy_(torch.tensor([math.sqrt(2) * math.log(3), 0.0]))
        memory = torch.tensor([[[1.0, 0.0], [0.0, 8.0], [5.0, 5.0]]])
        answer = block(torch.tensor([[[10.0, 20.0]]]), memory, torch.tensor([[False, False, True]]))
    # products log 3 * (1, 0) after the division by sqrt 2: weights 3/4 and 1/4; the third token is absent
    assert answer.flatten().tolist() == pytest.approx([10.75, 22.0])


def test_the_head_bounds_sigma_and_rho_and_corrects_the_way_to_the_anchor():
    config = SMALL.model_copy(update={"horizon": 4})
    head = MixtureHead(config).eval()
    with torch.no_grad():
        for layer in (head.path[3], head.score[3], head.scale[3]):
            layer.weight.zero_()
        head.score[3].bias.zero_()
        head.scale[3].bias.copy_(torch.tensor([math.log(math.e**2 - 1)]))  # softplus gives 2
        head.path[3].bias.copy_(torch.tensor([1.0, -1.0, 2.0, 100.0, -100.0]).repeat(4))
        mixture = head(torch.randn(1, 2, config.width), torch.tensor([[0.0, 3.0], [0.1, 0.0]]))
    root = [1.0, math.sqrt(2), math.sqrt(3), 2.0]
    # a unit step towards (0, 3); 0.1 m / 0.5 m of a step towards the anchor near the robot
    assert mixture.means[0, 0].tolist() == [pytest.approx([r, step - r], abs=1e-5) for step, r in enumerate(root, 1)]
    assert mixture.means[0, 1, 3].tolist() == pytest.approx([0.8 + 2.0, -2.0], abs=1e-5)
    low, high = config.sigma_bounds
    assert mixture.sigmas[0, 0, 0].tolist() == pytest.approx([low + (high - low) / 2, high])
    assert mixture.rhos[0, 0, 0].item() == pytest.approx(-config.rho_bound)
    assert mixture.log_scores[0].tolist() == pytest.approx([math.log(0.5)] * 2)
    assert mixture.scales[0].tolist() == pytest.approx([0.5, 0.5])


def test_people_are_told_from_the_present_frame_left_to_right():
    config = SMALL.model_copy(update={"moments_of_people": 3})
    policy = random_policy(config)
    columns = policy.encoder.tokens
    memory = torch.randn(2, config.context * columns + 1, config.width)
    told = policy.people_near(memory)
    assert told.shape == (2, 3, columns * config.ranges_a_column)
    older = memory.clone()
    older[:, : (config.context - 1) * columns] = 0.0
    assert torch.equal(policy.people_near(older), told)
    column = (config.context - 1) * columns + 1
    by_hand = policy.people(memory[:, column]).unflatten(-1, (3, config.ranges_a_column))
    assert torch.allclose(told[:, :, config.ranges_a_column : 2 * config.ranges_a_column], by_hand, atol=1e-6)
    assert random_policy(SMALL).people_near(memory).numel() == 0


def test_published_backbones_look_at_one_frame():
    with pytest.raises(ValidationError, match="looks at one frame"):
        EncoderConfig(kind="efficientnet_b0", looks=2)


def test_a_look_is_the_frame_and_beneath_it_the_one_before():
    now, before = torch.zeros(2, 4, 4, 3), torch.ones(2, 4, 4, 3)
    assert look(now, before, 1) is now
    assert torch.equal(look(now, before, 2), torch.cat([now, before], dim=-1))
