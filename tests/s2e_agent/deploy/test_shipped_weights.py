import json

import numpy as np
import pytest
import torch

from navbench_gs.domain.observation import Observation
from navbench_gs.domain.record import file_digest
from s2e_agent.config.finetuning import finetune_preset
from s2e_agent.deploy.agent import S2EAgent
from s2e_agent.deploy.variant import SHIPPED_NAMES
from s2e_agent.models.checkpoint import PRETRAINED, SHIPPED, load_policy, shipped_weights


def driven(agent):
    pictures = np.random.Generator(np.random.PCG64(1)).integers(0, 256, (3, 120, 160, 3)).astype(np.uint8)
    moments = [
        Observation(0.25 * i, np.array([6.0, -1.0], dtype=np.float32), np.zeros(2), np.zeros(3), picture)
        for i, picture in enumerate(pictures)
    ]
    agent.reset(moments[0], seed=0)
    return [agent.act(moment).points for moment in moments]


@pytest.mark.parametrize(
    ("word", "command"), [("", "s2e finetune"), ("bc", "s2e pretrain"), ("bc_single", "s2e pretrain")]
)
def test_shipped_weights_are_small_load_strictly_and_match_their_recorded_hash(word, command):
    path = shipped_weights(SHIPPED_NAMES[word])
    recorded = json.loads(path.with_suffix(".json").read_text())
    assert path.stat().st_size <= 12e6
    _, facts, sha256 = load_policy(path)
    assert sha256 == recorded["sha256"] == file_digest(path)
    assert facts["command"].startswith(command) and "seed" in facts and "typical_step_m" in facts["data"]


def test_the_whole_method_is_the_pretrained_policy_and_residual_modules():
    whole, about, _ = load_policy(SHIPPED)
    before, _, sha256 = load_policy(PRETRAINED)
    assert about["init_sha256"] == sha256 and whole.config.residual and not before.config.residual
    kept = {name.replace(".pretrained.", "."): value for name, value in whole.state_dict().items()}
    assert all(torch.equal(kept[name], value) for name, value in before.state_dict().items())


TURNS = {"scenes_at_once", "episodes_a_scene", "episodes_a_turn"}
"""What a world had no number for when the weights were trained."""
AS_EVER = {"world": {"processes": 1}, "ppo": {"replay": 0}}
"""Numbers that came later, at what training did before it had them."""


def test_the_preset_that_the_weights_were_trained_by_differs_only_in_how_scenes_take_turns():
    _, about, _ = load_policy(SHIPPED)
    then = about["finetune"]
    preset = finetune_preset(about["preset"], {"steps": then["steps"], "world.scenes": then["world"]["scenes"]})
    now = preset.model_dump(mode="json")
    for section, numbers in AS_EVER.items():
        assert {name: now[section].pop(name) for name in numbers} == numbers
    assert set(now["world"]) - set(then["world"]) == TURNS
    now["world"] = {name: value for name, value in now["world"].items() if name in then["world"]}
    assert now == then


def test_the_unimodal_ablation_has_one_mode():
    policy, _, _ = load_policy(shipped_weights(SHIPPED_NAMES["bc_single"]))
    assert policy.anchors.tolist() == [[0.0, 0.0]]


def test_the_shipped_agent_is_deterministic():
    first, second = driven(S2EAgent()), driven(S2EAgent())
    assert all(np.array_equal(a, b) for a, b in zip(first, second, strict=True))
