"""Our DINOv2 equals the one of transformers, and scales its positions as the published network was run."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import nn

from baselines.dinov2 import DinoConfig, DinoV2

TINY = DinoConfig(width=16, layers=2, heads=2, patch_px=4, table_side=5)


def randomised(network: DinoV2) -> DinoV2:
    for parameter in network.parameters():
        nn.init.normal_(parameter, std=0.3)
    return network.eval()


def transformers_tensors(network: DinoV2) -> dict[str, torch.Tensor]:
    """Our tensors under the names of transformers, which keeps queries, keys and values apart."""
    renamed = {
        "embeddings.cls_token": network.cls_token,
        "embeddings.mask_token": network.mask_token,
        "embeddings.position_embeddings": network.pos_embed,
        "embeddings.patch_embeddings.projection.weight": network.patch_embed.proj.weight,
        "embeddings.patch_embeddings.projection.bias": network.patch_embed.proj.bias,
        "layernorm.weight": network.norm.weight,
        "layernorm.bias": network.norm.bias,
    }
    for number, block in enumerate(network.blocks):
        base = f"encoder.layer.{number}"
        for kind in ("weight", "bias"):
            parts = getattr(block.attn.qkv, kind).chunk(3)
            for name, part in zip(("q_proj", "k_proj", "v_proj"), parts, strict=True):
                renamed[f"{base}.attention.{name}.{kind}"] = part
            renamed[f"{base}.attention.o_proj.{kind}"] = getattr(block.attn.proj, kind)
            for layer in ("norm1", "norm2"):
                renamed[f"{base}.{layer}.{kind}"] = getattr(getattr(block, layer), kind)
            for layer in ("fc1", "fc2"):
                renamed[f"{base}.mlp.{layer}.{kind}"] = getattr(getattr(block.mlp, layer), kind)
        renamed[f"{base}.layer_scale1.lambda1"] = block.ls1.gamma
        renamed[f"{base}.layer_scale2.lambda1"] = block.ls2.gamma
    return renamed


def test_class_tokens_equal_those_of_transformers():
    transformers = pytest.importorskip("transformers")
    torch.manual_seed(0)
    ours = randomised(DinoV2(TINY))
    config = transformers.Dinov2Config(
        hidden_size=16, num_hidden_layers=2, num_attention_heads=2, patch_size=4, image_size=20, mlp_ratio=4
    )
    reference = transformers.Dinov2Model(config).eval()
    reference.load_state_dict(transformers_tensors(ours), strict=True)
    pictures = torch.randn(2, 3, 20, 20)
    with torch.no_grad():
        expected = reference(pictures).last_hidden_state[:, 0]
        torch.testing.assert_close(ours(pictures), expected, atol=1e-4, rtol=0)


def cubic_weights(fraction: float) -> np.ndarray:
    """Keys' weights of the four neighbours with a = -0.75."""
    a = -0.75
    near = [fraction, 1 - fraction]
    far = [1 + fraction, 2 - fraction]
    inner = [(a + 2) * d**3 - (a + 3) * d**2 + 1 for d in near]
    outer = [a * d**3 - 5 * a * d**2 + 8 * a * d - 4 * a for d in far]
    return np.array([outer[0], inner[0], inner[1], outer[1]])


def scaled_row(row: np.ndarray, count: int) -> np.ndarray:
    """A row of positions read at (i + 0.5) / s - 0.5 with s = (count + 0.1) / length, ends repeated."""
    scale = (count + 0.1) / len(row)
    values = []
    for place in range(count):
        at = (place + 0.5) / scale - 0.5
        base = int(np.floor(at))
        neighbours = row[np.clip(np.arange(base - 1, base + 3), 0, len(row) - 1)]
        values.append(float(neighbours @ cubic_weights(at - base)))
    return np.array(values)


def test_positions_are_scaled_with_the_offset_of_a_tenth():
    torch.manual_seed(1)
    network = randomised(DinoV2(TINY))
    rows, columns = 4, 7
    found = network.positions(rows, columns).detach().numpy().reshape(rows, columns, 16)
    table = network.pos_embed[0, 1:].detach().double().numpy().reshape(5, 5, 16)
    across = np.stack([[scaled_row(table[row, :, d], columns) for d in range(16)] for row in range(5)])  # (5, 16, 7)
    expected = np.stack([[scaled_row(across[:, d, c], rows) for c in range(columns)] for d in range(16)])
    assert found == pytest.approx(expected.transpose(2, 1, 0), abs=1e-4)
