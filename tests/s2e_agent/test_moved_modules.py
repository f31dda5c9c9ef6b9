"""Lines that users of the method wrote before its modules moved still work, and warn where they stand."""

from __future__ import annotations

import importlib
import sys
import warnings

import pytest

import s2e_agent.moved_modules  # noqa: F401 - registers the table, as every import of the package does


@pytest.mark.parametrize(
    ("line", "home"),
    [
        ("from s2e_agent.agent import S2EAgent", "s2e_agent.deploy.agent"),
        ("from s2e_agent.policy import Policy", "s2e_agent.models.policy"),
        ("from s2e_agent.policy import ContextEncoder", "s2e_agent.models.context"),
        ("from s2e_agent.policy import MixtureHead", "s2e_agent.models.mixture_head"),
        ("from s2e_agent.policy import AttentionBlock", "s2e_agent.models.attention"),
        ("from s2e_agent.config import PolicyConfig", "s2e_agent.config.pretraining"),
        ("from s2e_agent.config import preset_named", "s2e_agent.config.pretraining"),
        ("from s2e_agent.checkpoint import load_policy", "s2e_agent.models.checkpoint"),
        ("from s2e_agent.onnx_export import export_onnx", "s2e_agent.deploy.onnx_export"),
        ("from s2e_agent.pretrain import Pretraining", "s2e_agent.pretraining.trainer"),
        ("from s2e_agent.finetune import Finetuning", "s2e_agent.rl.runner"),
        ("from s2e_agent.finetune_config import FinetuneConfig", "s2e_agent.config.finetuning"),
        ("from s2e_agent.training_world import TrainingWorld", "s2e_agent.rl.vec_env"),
        ("from s2e_agent.training_world import make_world", "s2e_agent.rl.env_factory"),
        ("from s2e_agent.study import run_study", "s2e_agent.evaluation.ablation"),
    ],
)
def test_an_old_line_yields_the_same_object_and_warns_once(line, home, monkeypatch):
    module, name = line.removeprefix("from ").split(" import ")
    if module != "s2e_agent.config":  # as in a process that has not imported it yet
        monkeypatch.delitem(sys.modules, module, raising=False)
    names = {"__name__": "user"}
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        exec(compile(line, "user.py", "exec"), names)
    assert names[name] is getattr(importlib.import_module(home), name)
    moves = [warning for warning in caught if "has moved to" in str(warning.message)]
    assert [(warning.filename, warning.lineno) for warning in moves] == [("user.py", 1)]
