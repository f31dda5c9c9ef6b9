"""Files of the model zoo as agents: ``--agent zoo:FILE.onnx``; which network it is shows in what the file takes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from baselines.zoo.image_goal import ZooImageGoalAgent
from baselines.zoo.nomad import ZooNoMaDAgent
from baselines.zoo.onnx_file import OnnxFile
from baselines.zoo.path_agent import ZooCityWalkerAgent, ZooLogoNavAgent, ZooS2EAgent
from baselines.zoo.signature import Goal, Signature, signature_of
from navbench_gs.domain.agent import Agent
from navbench_gs.errors import WeightsError

AGENTS: dict[Goal, Callable[[OnnxFile, Signature], Agent]] = {
    Goal.PICTURE: ZooImageGoalAgent,
    Goal.MASKED_PICTURE: ZooNoMaDAgent,
    Goal.POSE: ZooLogoNavAgent,
    Goal.POINTS: ZooCityWalkerAgent,
    Goal.DIRECTION: ZooS2EAgent,
}


def zoo_agent(checkpoint: str | None = None, variant: str = "") -> Agent:
    """The agent of an ONNX file, given behind the name or as weights.

    Raises:
        WeightsError: no file is given, or it is no network of the zoo.
        MissingPackageError: onnxruntime is not installed.
    """
    path = variant or checkpoint
    if not path:
        raise WeightsError("say which file: --agent zoo:FILE.onnx; 'navbench agent fetch zoo-vint' gets one")
    file = OnnxFile(Path(path))
    signature = signature_of(file)
    return AGENTS[signature.goal](file, signature)
