"""The U-Net against the same facts written down a second time, in plain calls on its tensors."""

from __future__ import annotations

import math

import torch
from torch.nn import functional

from baselines.nomad.unet import ConditionalUnet1D


class Written:
    """What the network should do with its tensors, block by block."""

    def __init__(self, tensors: dict[str, torch.Tensor]) -> None:
        self.tensors = tensors

    def at(self, name: str) -> tuple[torch.Tensor, torch.Tensor]:
        return self.tensors[f"{name}.weight"], self.tensors[f"{name}.bias"]

    def conv_block(self, name: str, maps: torch.Tensor) -> torch.Tensor:
        maps = functional.conv1d(maps, *self.at(f"{name}.block.0"), padding=1)
        return functional.mish(functional.group_norm(maps, 8, *self.at(f"{name}.block.1")))

    def conditioned(self, name: str, maps: torch.Tensor, condition: torch.Tensor) -> torch.Tensor:
        inner = self.conv_block(f"{name}.blocks.0", maps)
        inner = inner + functional.linear(functional.mish(condition), *self.at(f"{name}.cond_encoder.1"))[..., None]
        inner = self.conv_block(f"{name}.blocks.1", inner)
        if f"{name}.residual_conv.weight" in self.tensors:
            maps = functional.conv1d(maps, *self.at(f"{name}.residual_conv"))
        return inner + maps

    def pair(self, name: str, maps: torch.Tensor, condition: torch.Tensor) -> torch.Tensor:
        return self.conditioned(f"{name}.1", self.conditioned(f"{name}.0", maps, condition), condition)

    def noise(self, path: torch.Tensor, steps: torch.Tensor, condition: torch.Tensor) -> torch.Tensor:
        half = condition.shape[1] // 2
        angles = steps[:, None] * torch.exp(torch.arange(half) * -(math.log(10000) / (half - 1)))
        step = functional.linear(torch.cat([angles.sin(), angles.cos()], 1), *self.at("diffusion_step_encoder.1"))
        step = functional.linear(functional.mish(step), *self.at("diffusion_step_encoder.3"))
        both = torch.cat([step, condition], dim=1)
        level1 = self.pair("down_modules.0", path.transpose(1, 2), both)
        halved = functional.conv1d(level1, *self.at("down_modules.0.2.conv"), stride=2, padding=1)
        level2 = self.pair("down_modules.1", halved, both)
        halved = functional.conv1d(level2, *self.at("down_modules.1.2.conv"), stride=2, padding=1)
        level3 = self.pair("down_modules.2", halved, both)
        middle = self.pair("mid_modules", level3, both)
        up = self.pair("up_modules.0", torch.cat([middle, level3], dim=1), both)
        up = functional.conv_transpose1d(up, *self.at("up_modules.0.2.conv"), stride=2, padding=1)
        up = self.pair("up_modules.1", torch.cat([up, level2], dim=1), both)
        up = functional.conv_transpose1d(up, *self.at("up_modules.1.2.conv"), stride=2, padding=1)
        return functional.conv1d(self.conv_block("final_conv.0", up), *self.at("final_conv.1")).transpose(1, 2)


def test_the_network_does_what_is_written():
    torch.manual_seed(0)
    network = ConditionalUnet1D(2, 32, (16, 32, 64)).eval()
    for parameter in network.parameters():
        torch.nn.init.normal_(parameter, std=0.2)
    path, steps, condition = torch.randn(3, 8, 2), torch.tensor([0, 4, 9]), torch.randn(3, 32)
    with torch.no_grad():
        expected = Written(network.state_dict()).noise(path, steps, condition)
        torch.testing.assert_close(network(path, steps, condition), expected, atol=1e-4, rtol=1e-4)
