"""ONNX files with the signatures of the zoo's, but networks of a few numbers: constants plus means of what goes in."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np

Shape = tuple[int | str, ...]


def write_tiny(
    path: Path,
    inputs: Mapping[str, Shape],
    outputs: Mapping[str, tuple[np.ndarray, str]],
    *,
    integers: tuple[str, ...] = (),
) -> Path:
    """A network each of whose outputs is a constant plus the mean of one of its inputs.

    Args:
        path: where it goes.
        inputs: name -> shape; texts are open sizes.
        outputs: name -> (constant, name of the input whose mean is added).
        integers: names of the inputs that are int64.
    """
    import onnx
    from onnx import TensorProto, helper, numpy_helper

    kinds = {name: TensorProto.INT64 if name in integers else TensorProto.FLOAT for name in inputs}
    taken = [helper.make_tensor_value_info(name, kinds[name], shape) for name, shape in inputs.items()]
    nodes, constants, given = [], [], []
    for name, (constant, source) in outputs.items():
        constants.append(numpy_helper.from_array(constant.astype(np.float32), f"{name}_constant"))
        nodes += [
            helper.make_node("Cast", [source], [f"{name}_number"], to=TensorProto.FLOAT),
            helper.make_node("ReduceMean", [f"{name}_number"], [f"{name}_mean"], keepdims=0),
            helper.make_node("Add", [f"{name}_constant", f"{name}_mean"], [name]),
        ]
        given.append(helper.make_tensor_value_info(name, TensorProto.FLOAT, constant.shape))
    graph = helper.make_graph(nodes, "tiny", taken, given, constants)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8)
    onnx.save(model, str(path))
    return path


def straight(horizon: int, width: int) -> np.ndarray:
    """(1, horizon, width): a unit a step ahead, the rest zero."""
    path = np.zeros((1, horizon, width))
    path[0, :, 0] = np.arange(1, horizon + 1)
    return path


def gnm_file(folder: Path, name: str = "gnm_imagegoal.onnx") -> Path:
    """GNM and ViNT: the distance is the goal picture's mean."""
    inputs = {"obs": (1, 18, 64, 85), "goal_picture": (1, 3, 64, 85)}
    outputs = {"dist_pred": (np.full((1, 1), 5.0), "goal_picture"), "action_pred": (straight(5, 4), "goal_picture")}
    return write_tiny(folder / name, inputs, outputs)


def nomad_files(folder: Path) -> Path:
    """NoMaD's three files; the vision encoder's is returned."""
    write_tiny(
        folder / "nomad_noise_pred.onnx",
        {"sample": ("batch", 8, 2), "timestep": ("batch",), "global_cond": ("batch", 16)},
        {"noise": (np.linspace(-1, 1, 128).reshape(8, 8, 2), "sample")},
        integers=("timestep",),
    )
    write_tiny(folder / "nomad_dist_pred.onnx", {"cond": (1, 16)}, {"dist_pred": (np.full((1, 1), 4.0), "cond")})
    return write_tiny(
        folder / "nomad_vision_encoder.onnx",
        {"obs_img": (1, 12, 96, 96), "goal_img": (1, 3, 96, 96), "input_goal_mask": (1,)},
        {"cond": (np.zeros((1, 16)), "goal_img")},
        integers=("input_goal_mask",),
    )


def mbra_file(folder: Path) -> Path:
    """LogoNav under the zoo's name."""
    inputs = {"images": (1, 18, 96, 96), "pose": ("batch", 4)}
    return write_tiny(folder / "mbra.onnx", inputs, {"waypoints": (straight(8, 4), "pose")})


def citywalker_file(folder: Path) -> Path:
    """CityWalker; the arrival stands before the path, as nothing says it may not."""
    inputs = {"obs": (1, 5, 3, 350, 630), "cord": (1, 6, 2)}
    outputs = {"arrive_pred": (np.zeros((1, 1)), "obs"), "wp_pred": (np.zeros((1, 5, 2)), "cord")}
    return write_tiny(folder / "citywalker.onnx", inputs, outputs)


def s2e_file(folder: Path) -> Path:
    """S2E: 11 frames of 256 x 256, 10 waypoints of three numbers."""
    inputs = {"obs_images": (1, 11, 3, 256, 256), "goal": (1, 3)}
    outputs = {"wp_pred": (np.zeros((1, 10, 3)), "goal"), "wp_pred_score": (np.ones((1, 1)), "goal")}
    return write_tiny(folder / "s2e.onnx", inputs, outputs)


FILES = {
    "gnm": gnm_file,
    "nomad": nomad_files,
    "mbra": mbra_file,
    "citywalker": citywalker_file,
    "s2e": s2e_file,
}
