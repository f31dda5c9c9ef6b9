import pytest
import torch

from navbench_gs.errors import WeightsError
from s2e_agent.deploy import onnx_export

from ..small import random_policy

pytest.importorskip("onnxruntime")
pytest.importorskip("onnxscript")


@pytest.fixture(scope="module")
def exported(tmp_path_factory):
    policy, path = random_policy(causal=True, route_points=2), tmp_path_factory.mktemp("onnx") / "policy.onnx"
    return policy, path, onnx_export.export_onnx(policy, path)


def test_the_graph_has_the_documented_signature_and_answers_as_torch_does(exported):
    import onnxruntime

    _, path, difference = exported
    assert difference <= 1e-5 and [file.name for file in path.parent.iterdir()] == ["policy.onnx"]
    session = onnxruntime.InferenceSession(str(path))
    shapes = {value.name: tuple(value.shape) for value in (*session.get_inputs(), *session.get_outputs())}
    assert shapes == {
        "pictures": (1, 2, 3, 24, 32), "goal": (1, 2), "route": (1, 2, 2),
        "waypoints": (1, 10, 2), "paths": (1, 4, 10, 2), "scores": (1, 4),
    }  # fmt: skip


def test_the_graph_of_another_policy_is_found_out(exported):
    _, path, _ = exported
    other = random_policy(causal=True, route_points=2)
    with torch.no_grad():
        other.head.scale[3].bias += 1.0
    assert onnx_export.largest_difference(onnx_export.ExportedPolicy(other), path, seeds=(1,)) > onnx_export.TOLERANCE


def test_a_graph_that_differs_is_not_left_behind(exported, tmp_path, monkeypatch):
    _, path, _ = exported
    monkeypatch.setattr(torch.onnx, "export", lambda *_, **__: (tmp_path / "p.onnx").write_bytes(path.read_bytes()))
    other = random_policy(causal=True, route_points=2)
    with torch.no_grad():
        other.head.scale[3].bias += 1.0
    with pytest.raises(WeightsError, match="differs from torch"):
        onnx_export.export_onnx(other, tmp_path / "p.onnx")
    assert not (tmp_path / "p.onnx").exists()
