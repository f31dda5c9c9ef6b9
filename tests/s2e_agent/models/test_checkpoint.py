from pathlib import Path

import pytest
import torch

from navbench_gs.errors import WeightsError
from s2e_agent.config.pretraining import PRESETS
from s2e_agent.models.checkpoint import take_over

from ..small import random_policy

FILE = Path("p.safetensors")


def test_a_policy_takes_over_tensors_some_of_which_may_be_absent():
    given, taking = random_policy(), random_policy()
    tensors = {name: value + 1.0 for name, value in given.state_dict().items() if not name.startswith("ranges.")}
    take_over(taking, tensors, FILE, optional=("ranges.",))
    for name, value in taking.state_dict().items():
        assert torch.equal(value, tensors.get(name, given.state_dict()[name]))


@pytest.mark.parametrize("amiss", ["absent", "unknown", "other shape"])
def test_tensors_that_do_not_fit_are_another_networks(amiss):
    tensors = random_policy().state_dict()
    if amiss == "absent":
        del tensors["anchors"]
    elif amiss == "unknown":
        tensors["wheels"] = torch.zeros(4)
    else:
        tensors = random_policy(PRESETS["tiny"].policy).state_dict()
    with pytest.raises(WeightsError, match=r"p\.safetensors holds weights of another network: ") as caught:
        take_over(random_policy(), tensors, FILE)
    assert "\n" not in str(caught.value)
