import numpy as np
import torch

from navbench_gs.batched.field_stack import FieldStack, LayerStack
from navbench_gs.terrain.distance import DistanceField

RNG = np.random.default_rng(3)
FIELDS = [
    DistanceField(RNG.normal(size=shape).astype(np.float32), origin, 0.5)
    for shape, origin in (((4, 7), (0.0, 0.0)), ((9, 2), (-3.0, 5.0)), ((2, 2), (1.0, 1.0)))
]


def test_every_field_reads_as_it_does_alone_also_beyond_its_border():
    which, points = RNG.integers(0, 3, 40), RNG.uniform(-6.0, 10.0, (40, 5, 2))
    stack = FieldStack(FIELDS)
    read = stack.at(stack.frames(torch.tensor(which)), torch.tensor(points, dtype=torch.float32))
    alone = np.stack([FIELDS[k].at(place) for k, place in zip(which, points, strict=True)])
    np.testing.assert_allclose(read, alone, atol=1e-5)


def test_the_slope_of_a_plane_is_that_of_the_plane():
    x, y = np.meshgrid(np.arange(6) * 0.5 + 0.25, np.arange(5) * 0.5 + 0.25, indexing="ij")
    plane = DistanceField((2.0 * x - 3.0 * y).astype(np.float32), (0.0, 0.0), 0.5)
    stack = FieldStack([FIELDS[0], plane])
    slope = stack.slope(
        stack.frames(torch.tensor([0, 1])).of(torch.tensor([1])), torch.tensor([[[1.1, 1.3], [2.0, 0.8]]])
    )
    np.testing.assert_allclose(slope, [[[2.0, -3.0], [2.0, -3.0]]], atol=1e-5)


def test_layers_are_false_beyond_their_border_and_say_so():
    layers = LayerStack([np.ones((2, 2), bool), np.array([[True, False]])], [(0.0, 0.0), (5.0, 5.0)], 1.0)
    points = torch.tensor([[1.5, 0.5], [2.5, 0.5], [5.5, 5.5], [5.5, 6.5]])
    which = torch.tensor([0, 0, 1, 1])
    assert layers.holds(which, points).tolist() == [True, False, True, False]
    assert layers.covers(which, points).tolist() == [True, False, True, True]
