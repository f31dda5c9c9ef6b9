"""The paper's two visual backbones as encoders: one token a frame. Both start from random weights: nothing is fetched.

EfficientNet-B0 is that of the package efficientnet_pytorch, DINOv3 ViT-S/16 that of transformers, so weights published
under their tensor names load into ``encoder.backbone``.
"""

from __future__ import annotations

from importlib import import_module
from types import ModuleType

import torch
from torch import Tensor, nn

from navbench_gs.errors import MissingPackageError
from s2e_agent.config.pretraining import EncoderConfig

MEAN, DEVIATION = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
"""Of ImageNet's channels in [0, 1], on which both backbones were trained."""
DINOV3_PATCH_PX = 16


class BackboneEncoder(nn.Module):
    """A backbone (B, 3, H, W) -> (B, features), and a linear layer to the policy's width."""

    mean: Tensor
    deviation: Tensor

    def __init__(self, backbone: nn.Module, features: int, width: int) -> None:
        super().__init__()
        self.tokens = 1
        self.backbone = backbone
        self.token = nn.Linear(features, width)
        self.register_buffer("mean", torch.tensor(MEAN) * 255.0, persistent=False)
        self.register_buffer("deviation", torch.tensor(DEVIATION) * 255.0, persistent=False)

    def forward(self, frames: Tensor) -> Tensor:
        """Bytes (B, H, W, 3), or floats in [0, 255] -> tokens (B, 1, width)."""
        standardised = (frames.float() - self.mean) / self.deviation
        token: Tensor = self.token(self.backbone(standardised.permute(0, 3, 1, 2)))
        return token[:, None]


class PooledEfficientNet(nn.Module):
    """EfficientNet-B0 without its classifier: the mean over the last map (1,280 channels)."""

    def __init__(self, height_px: int, width_px: int) -> None:
        super().__init__()
        library = needed("efficientnet_pytorch")
        self.network = library.EfficientNet.from_name(
            "efficientnet-b0", image_size=(height_px, width_px), include_top=False
        )
        self.network.set_swish(memory_efficient=False)  # the other one cannot be exported

    def forward(self, pictures: Tensor) -> Tensor:
        """(B, 3, H, W) -> (B, 1280)."""
        maps: Tensor = self.network.extract_features(pictures)
        return maps.mean(dim=(2, 3))


class PooledDINOv3(nn.Module):
    """DINOv3 ViT-S/16 with four registers: its class token (384)."""

    def __init__(self, size_px: int) -> None:
        super().__init__()
        library = needed("transformers")
        config = library.DINOv3ViTConfig(
            image_size=size_px,
            patch_size=DINOV3_PATCH_PX,
            hidden_size=384,
            intermediate_size=1536,
            num_hidden_layers=12,
            num_attention_heads=6,
            num_register_tokens=4,
        )
        self.network = library.DINOv3ViTModel(config)

    def forward(self, pictures: Tensor) -> Tensor:
        """(B, 3, H, W) -> (B, 384)."""
        pooled: Tensor = self.network(pixel_values=pictures).pooler_output
        return pooled


def needed(package: str) -> ModuleType:
    """A package of the extra ``s2e``.

    Raises:
        MissingPackageError: it is absent.
    """
    try:
        return import_module(package)
    except ModuleNotFoundError as error:
        raise MissingPackageError(
            f"this preset's encoder needs the package '{error.name}': pip install 'navbench-gs[s2e]'"
        ) from error


def backbone_encoder(config: EncoderConfig, width: int) -> BackboneEncoder:
    """The backbone that ``config.kind`` names, randomly initialised."""
    if config.kind == "efficientnet_b0":
        return BackboneEncoder(PooledEfficientNet(config.height_px, config.width_px), 1280, width)
    return BackboneEncoder(PooledDINOv3(config.width_px), 384, width)
