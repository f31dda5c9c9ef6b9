import torch

from navbench_gs.domain.rules import RULES_V0
from navbench_gs.world.contact_log import ContactLog


def rows(*numbers):
    return torch.tensor(numbers)


def test_solid_is_the_scene_or_an_obstacle_but_no_pedestrian():
    log = ContactLog(4, RULES_V0, "cpu")
    log.resize(2, 3)
    log.begin_tick()
    log.scene(rows(0))
    log.obstacles(rows(1), rows(1))
    log.pedestrians(rows(2), rows(0))
    assert log.touching_solid.tolist() == [True, True, False, False]
    log.begin_tick()
    assert not log.touching_solid.any()


def test_a_touch_that_goes_on_begins_once():
    log = ContactLog(1, RULES_V0, "cpu")
    log.resize(1, 1)
    begun = []
    for tick in (1, 2, 3):
        log.begin_tick()
        log.obstacles(rows(0), rows(0))
        kinds, count = log.onsets(torch.tensor([tick]), torch.tensor([True]))
        begun.append((kinds[0].tolist(), int(count)))
    assert begun == [([False, True, False], 1), ([False] * 3, 0), ([False] * 3, 0)]
