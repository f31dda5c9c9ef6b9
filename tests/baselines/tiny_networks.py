"""Networks small enough to test with, and files of their random weights."""

from dataclasses import asdict, dataclass
from typing import Any

import torch

from baselines.citywalker import agent as citywalker
from baselines.citywalker.model import CityWalkerConfig
from baselines.dinov2 import DinoConfig
from baselines.gnm import agent as gnm
from baselines.gnm.model import GNMConfig
from baselines.mbra import agent as mbra
from baselines.mbra.model import MBRAConfig
from baselines.nomad import agent as nomad
from baselines.nomad.model import NoMaDConfig
from baselines.vint import agent as vint
from baselines.vint.model import ViNTConfig
from navbench_gs.weights.safetensors_file import save_weights


@dataclass(frozen=True)
class Tiny:
    """An agent and a tiny network for it."""

    agent: Any
    kind: Any
    config: Any
    picture_px: tuple[int, int] = (64, 48)


TINY = {
    "gnm": Tiny(gnm.GNMAgent, gnm.KIND, GNMConfig(context=2, encoder_width=0.1)),
    "vint": Tiny(vint.ViNTAgent, vint.KIND, ViNTConfig(context=2, width=16, layers=1, heads=2, encoder_width=0.1)),
    "nomad": Tiny(nomad.NoMaDAgent, nomad.KIND, NoMaDConfig(context=2, width=32, layers=1, heads=2, encoder_width=0.1)),
    "mbra": Tiny(mbra.LogoNavAgent, mbra.KIND, MBRAConfig(context=2, width=16, layers=1, heads=2, encoder_width=0.1)),
    "citywalker": Tiny(
        citywalker.CityWalkerAgent,
        citywalker.KIND,
        CityWalkerConfig(
            frames=3, layers=1, heads=2, crop_px=(28, 42), resize_px=(28, 42), encoder=DinoConfig(16, 1, 2, 14, 3)
        ),
        (64, 48),
    ),
}


def tiny_weights(name, folder):
    """Path of random weights of the tiny network of that agent."""
    tiny, path = TINY[name], folder / f"{name}.safetensors"
    if not path.exists():
        torch.manual_seed(0)
        facts = {"network": tiny.kind.name, "config": asdict(tiny.config), "picture_px": tiny.picture_px}
        save_weights(path, tiny.kind.make(tiny.config).state_dict(), facts)
    return str(path)
