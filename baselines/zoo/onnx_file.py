"""An ONNX network in a file: what it asks for and gives is read from the file, and it runs on one thread."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from navbench_gs.domain.record import file_digest
from navbench_gs.errors import MissingPackageError, WeightsError, one_line

Array = NDArray[Any]
DATA_ENDING = ".data"
"""Large networks keep their weights beside the file, in a file of the same name with this behind it."""
KINDS: dict[str, Any] = {
    "tensor(float)": np.float32,
    "tensor(float16)": np.float16,
    "tensor(double)": np.float64,
    "tensor(int64)": np.int64,
    "tensor(int32)": np.int32,
    "tensor(bool)": np.bool_,
}


@dataclass(frozen=True)
class Port:
    """An input or output as the file declares it."""

    name: str
    shape: tuple[int | None, ...]
    """None where the file leaves the size open."""
    kind: Any
    """Numpy type."""

    def filled(self, array: Array) -> Array:
        """An array as this port takes it: of its type, contiguous.

        Raises:
            WeightsError: the array does not fit.
        """
        fits = len(array.shape) == len(self.shape) and all(
            declared in (None, size) for declared, size in zip(self.shape, array.shape, strict=True)
        )
        if not fits:
            raise WeightsError(f"input '{self.name}' takes {self.shape}, not {array.shape}")
        return np.ascontiguousarray(array, dtype=self.kind)


class OnnxFile:
    """A network ready to run.

    Raises:
        WeightsError: the file is absent, damaged, or incomplete.
        MissingPackageError: onnxruntime is not installed.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        if not path.is_file():
            raise WeightsError(f"no ONNX file at {path}; 'navbench agent fetch' gets those of the model zoo")
        try:
            import onnxruntime as runtime
        except ImportError as error:
            raise MissingPackageError("ONNX files need onnxruntime: pip install 'navbench-gs[onnx]'") from error
        options = runtime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        options.log_severity_level = 4
        try:
            self._session = runtime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
        except Exception as error:  # the runtime raises a dozen kinds of its own
            raise WeightsError(f"{path} is no ONNX network that runs here: {one_line(error)}") from error
        self.inputs = {port.name: _port(path, port) for port in self._session.get_inputs()}
        self.outputs = tuple(port.name for port in self._session.get_outputs())

    @property
    def sha256(self) -> str:
        """Of the file; where its weights lie beside it, of both files' hashes."""
        digests = [file_digest(self.path)]
        beside = self.path.with_name(self.path.name + DATA_ENDING)
        if not beside.exists():
            return digests[0]
        return hashlib.sha256("".join([*digests, file_digest(beside)]).encode()).hexdigest()

    def run(self, given: Mapping[str, Array]) -> dict[str, Array]:
        """Output name -> array, for an array under every input's name.

        Raises:
            WeightsError: an array does not fit, or the network fails.
        """
        feed = {name: port.filled(given[name]) for name, port in self.inputs.items()}
        try:
            results = self._session.run(None, feed)
        except Exception as error:
            raise WeightsError(f"{self.path} fails: {one_line(error)}") from error
        return dict(zip(self.outputs, (np.asarray(result) for result in results), strict=True))

    def tried(self) -> dict[str, Array]:
        """What comes out where everything that goes in is zero and open sizes are one: shows the outputs' shapes."""
        return self.run({port.name: np.zeros([size or 1 for size in port.shape]) for port in self.inputs.values()})


def _port(path: Path, declared: Any) -> Port:
    if declared.type not in KINDS:
        raise WeightsError(f"{path}: input '{declared.name}' is {declared.type}, which no network of the zoo takes")
    shape = tuple(size if isinstance(size, int) else None for size in declared.shape)
    return Port(str(declared.name), shape, KINDS[declared.type])
