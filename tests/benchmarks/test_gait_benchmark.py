"""How long it takes to pose one pedestrian, once a frame each: budget 0.3 ms."""

from navbench_gs.catalogue.pedestrians import figure, posed_figure


def test_posing_a_figure(benchmark):
    pose = benchmark(posed_figure, figure("tourist"), 1.3, 0.8)
    assert len(pose) == len(figure("tourist").look)
