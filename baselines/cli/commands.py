"""The commands that this package brings to ``navbench``, for its entry points; imports nothing."""

TRAIN = ("baselines.cli.train:train", "Train one of the published networks on drives.")
