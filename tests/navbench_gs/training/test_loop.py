import pytest
import torch
from torch import nn

from navbench_gs.errors import WeightsError
from navbench_gs.training.loop import ExponentialAverage, LoopConfig, Training, average_decay, learning_rate


class Line:
    """Fits y = 2 x by one weight."""

    def __init__(self):
        torch.manual_seed(0)
        self.model = nn.Linear(1, 1, bias=False)

    def loss(self, step, seed):
        x = torch.tensor([[1.0 + (step * 7 + seed) % 3]])
        return ((self.model(x) - 2 * x) ** 2).mean(), {}

    def validate(self, model):
        return {"score": abs(float(model.weight.item()) - 2.0)}


CONFIG = LoopConfig(steps=200, warmup_steps=10, learning_rate=0.05, weight_decay=0.0, ema_decay=0.9, validate_every=50)


def test_the_rate_warms_up_peaks_and_ends_at_its_share():
    config = LoopConfig(steps=110, warmup_steps=10, learning_rate=1.0, final_share=0.1)
    assert learning_rate(config, 0) == pytest.approx(0.1)
    assert learning_rate(config, 10) == pytest.approx(1.0)
    assert learning_rate(config, 60) == pytest.approx(0.55)
    assert learning_rate(config, 110) == pytest.approx(0.1)


def test_a_line_is_fitted_and_the_best_weights_are_kept(tmp_path):
    trained = Training(Line(), CONFIG, tmp_path).run()
    assert float(trained.weights["weight"]) == pytest.approx(2.0, abs=0.05)
    assert len((tmp_path / "log.jsonl").read_text().splitlines()) == 4


def test_a_resumed_run_equals_an_uninterrupted_one(tmp_path):
    whole = Training(Line(), CONFIG, tmp_path / "whole").run()
    Training(Line(), CONFIG, tmp_path / "parts").run(until=100)
    parts = Training(Line(), CONFIG, tmp_path / "parts").run()
    assert torch.equal(whole.weights["weight"], parts.weights["weight"]) and whole.metrics == parts.metrics


def test_a_folder_of_another_run_is_refused(tmp_path):
    Training(Line(), CONFIG, tmp_path).run(until=50)
    with pytest.raises(WeightsError, match="other numbers"):
        Training(Line(), CONFIG.model_copy(update={"steps": 300}), tmp_path).run()


def test_the_average_forgets_early_weights_fast():
    model = nn.Linear(1, 1, bias=False)
    nn.init.zeros_(model.weight)
    average = ExponentialAverage(model)
    nn.init.ones_(model.weight)
    average.update(model, average_decay(LoopConfig(steps=1, ema_decay=0.9), 0))
    assert float(average.weights["weight"]) == pytest.approx(0.9)  # decay (1 + 0) / (10 + 0)


def test_the_decay_rises_by_its_power_up_to_its_highest():
    config = LoopConfig(steps=1, ema_power=0.75, ema_decay=0.9)
    assert average_decay(config, 0) == 0.0 and average_decay(config, 15) == pytest.approx(0.875)  # 1 - 16^-0.75
    assert average_decay(config, 10_000) == 0.9
    assert average_decay(LoopConfig(steps=1, ema_decay=0.0), 500) == 0.0


def test_a_constant_rate_stays_after_its_warm_up():
    config = LoopConfig(steps=100, warmup_steps=10, learning_rate=1.0, schedule="constant")
    assert learning_rate(config, 4) == 0.5 and learning_rate(config, 10) == learning_rate(config, 99) == 1.0
