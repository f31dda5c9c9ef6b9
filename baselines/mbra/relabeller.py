"""The relabeller as one of the networks that weights are read for; it drives nothing."""

from baselines.given_weights import Kind
from baselines.mbra.model import MBRAConfig, Relabeller

KIND = Kind("mbra", Relabeller, MBRAConfig, (96, 96))
