"""The tensors of a network in a file that ``torch.save`` wrote, zip archive or older, without running what it names.

A file may hold a bare state dict, a checkpoint that has one under ``state_dict`` or ``model``, or a pickled module
(also inside ``DataParallel``), whose parameters and buffers are found without its class.
"""

from __future__ import annotations

import math
import mmap
import struct
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Protocol, cast

from navbench_gs.errors import DamagedFileError, WeightsError, one_line
from navbench_gs.pickle_reader import Made, Name, Reference, read_pickle
from navbench_gs.weights.checkpoint_content import PARAMETER_MAKERS, TENSOR_MAKERS, network_parts

if TYPE_CHECKING:
    import torch
    from torch import Tensor

KIND = "checkpoint"
"""What messages call such a file."""
MAX_PICKLE_BYTES = 64 << 20
ZIP_MAGIC = b"PK\x03\x04"
LEGACY_MAGIC = 0x1950A86A20F9469CFC6C
KINDS = {
    "DoubleStorage": "float64",
    "FloatStorage": "float32",
    "HalfStorage": "float16",
    "BFloat16Storage": "bfloat16",
    "LongStorage": "int64",
    "IntStorage": "int32",
    "ShortStorage": "int16",
    "CharStorage": "int8",
    "ByteStorage": "uint8",
    "BoolStorage": "bool",
}
_DAMAGE = (
    zipfile.BadZipFile,
    struct.error,
    EOFError,
    NotImplementedError,
    ValueError,
    TypeError,
    LookupError,
    RuntimeError,
    OverflowError,
    MemoryError,
)
"""What reading damaged bytes raises."""


class Storages(Protocol):
    """Where tensors' numbers lie."""

    def numbers(self, key: str, kind: torch.dtype) -> Tensor:
        """All numbers of a storage, flat."""
        ...


def read_network(path: Path) -> dict[str, Tensor]:
    """Name -> tensor of the network in a file, in the file's order.

    Raises:
        WeightsError: absent, damaged, no such file, holding no network, or asking for what no checkpoint needs.
    """
    try:
        size = path.stat().st_size
        with _opened(path) as (content, storages):
            return _Rebuilding(storages, size).tensors(network_parts(content))
    except (DamagedFileError, WeightsError) as error:
        raise WeightsError(f"{path} is not read: {error}") from error
    except OSError as error:
        raise WeightsError(f"cannot read {path}: {error.strerror or error}") from error
    except _DAMAGE as error:
        raise WeightsError(f"{path} is not read: damaged: {one_line(error)}") from error


@contextmanager
def _opened(path: Path) -> Iterator[tuple[Any, Storages]]:
    """What a file holds and where its numbers are."""
    if zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as archive:
            storages = _ZipStorages(archive, path.stat().st_size)
            yield read_pickle(storages.pickle(), KIND), storages
    else:
        with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as view:
            if view[:4] == ZIP_MAGIC:
                raise WeightsError("it is cut off: an archive without its end")
            yield _legacy_content(view)


class _ZipStorages:
    """The entries of an archive; compressed ones are refused, as they could swell."""

    def __init__(self, archive: zipfile.ZipFile, size: int) -> None:
        self.archive, self.left = archive, size
        roots = [name.removesuffix("data.pkl") for name in archive.namelist() if name.endswith("/data.pkl")]
        if len(roots) != 1:
            raise WeightsError("this archive is not one that torch writes")
        self.root = roots[0]
        order = f"{self.root}byteorder"
        if order in archive.namelist() and self.entry(order) != b"little":
            raise WeightsError("its numbers are big-endian")

    def pickle(self) -> bytes:
        """What the tensors are and how they belong together."""
        if self.archive.getinfo(f"{self.root}data.pkl").file_size > MAX_PICKLE_BYTES:
            raise WeightsError(f"its index is larger than {MAX_PICKLE_BYTES >> 20} MB")
        return self.entry(f"{self.root}data.pkl")

    def entry(self, name: str) -> bytes:
        """The bytes of one entry; all together cannot be more than the file has."""
        entry = self.archive.getinfo(name)
        self.left -= entry.file_size
        if entry.compress_type != zipfile.ZIP_STORED or self.left < 0:
            raise WeightsError("its entries are compressed, or claim more than the file has")
        return self.archive.read(entry)

    def numbers(self, key: str, kind: torch.dtype) -> Tensor:
        """All numbers of a storage, flat."""
        import torch

        content = self.entry(f"{self.root}data/{key}")
        return torch.frombuffer(bytearray(content), dtype=kind) if content else torch.empty(0, dtype=kind)


class _LegacyStorages:
    """Storages one after the other behind the pickles, each after its count."""

    def __init__(self, view: mmap.mmap, places: dict[str, tuple[int, int]]) -> None:
        self.view, self.places = view, places

    def numbers(self, key: str, kind: torch.dtype) -> Tensor:
        """All numbers of a storage, flat."""
        import torch

        start, count = self.places[key]
        if count == 0:
            return torch.empty(0, dtype=kind)
        return torch.frombuffer(bytearray(self.view[start : start + count * kind.itemsize]), dtype=kind)


def _legacy_content(view: mmap.mmap) -> tuple[Any, Storages]:
    """A file in torch's format before 1.6: magic number, protocol, system, content, storages' keys, storages."""
    stream = cast("IO[bytes]", view)
    if read_pickle(stream, KIND) != LEGACY_MAGIC:
        raise WeightsError("it is no file that torch.save wrote")
    _, _, content, keys = (read_pickle(stream, KIND) for _ in range(4))
    if not isinstance(keys, list):
        raise WeightsError("it has no list of storages")
    sizes = _item_sizes(content)
    places: dict[str, tuple[int, int]] = {}
    for key in map(_key, keys):
        head = view.read(8)
        count = int.from_bytes(head, "little")
        start, length = view.tell(), count * sizes.get(key, 1)
        if len(head) < 8 or length > len(view) - start:
            raise WeightsError("it ends in the middle of its numbers")
        places[key] = (start, count)
        view.seek(length, 1)
    return content, _LegacyStorages(view, places)


def _item_sizes(content: Any) -> dict[str, int]:
    """Bytes a number takes, of every storage that the content refers to."""
    sizes: dict[str, int] = {}
    queue, seen = [content], set[int]()
    while queue:
        part = queue.pop()
        if id(part) in seen:
            continue
        seen.add(id(part))
        if isinstance(part, Reference):
            kind, key = _storage(part)
            sizes[key] = kind.itemsize
        elif isinstance(part, Made):
            queue += [*part.arguments, *part.items.values(), *part.parts, part.state]
        elif isinstance(part, Mapping):
            queue += part.values()
        elif isinstance(part, list | tuple):
            queue += part
    return sizes


def _storage(reference: Reference) -> tuple[torch.dtype, str]:
    """Type and key of the numbers that are referred to."""
    if not isinstance(reference.id, tuple) or reference.id[:1] != ("storage",):
        raise WeightsError("it refers to something that is no storage")
    return _kind(reference.id[1]), _key(reference.id[2])


def _kind(storage: Any) -> torch.dtype:
    import torch

    if not isinstance(storage, Name) or storage.name not in KINDS:
        found = storage if isinstance(storage, Name) else type(storage).__name__
        raise WeightsError(f"its numbers are of a kind that is not read: {found}")
    kind: torch.dtype = getattr(torch, KINDS[storage.name])
    return kind


def _key(key: Any) -> str:
    """A storage's key; anything but texts and numbers could take hours to write as text."""
    if not isinstance(key, str | int):
        raise WeightsError("it refers to something that is no storage")
    return str(key)


class _Rebuilding:
    """Tensors made of records; together, those that share numbers included, at most twice as large as the file."""

    def __init__(self, storages: Storages, size: int) -> None:
        self.storages, self.left = storages, 2 * size
        self.read: dict[str, Tensor] = {}

    def tensors(self, parts: Mapping[str, Made]) -> dict[str, Tensor]:
        """Every tensor, on its own memory."""
        return {name: self.tensor(name, part) for name, part in parts.items()}

    def tensor(self, name: str, part: Made) -> Tensor:
        """One tensor."""
        if part.maker.name in PARAMETER_MAKERS:
            inner = part.arguments[0] if part.arguments else None
            if not isinstance(inner, Made) or inner.maker.name not in TENSOR_MAKERS:
                raise WeightsError(f"'{name}' is no tensor")
            part = inner
        reference, offset, shape, strides = part.arguments[:4]
        if not isinstance(reference, Reference) or not _are_sizes((offset, *shape, *strides)):
            raise WeightsError(f"'{name}' is no tensor")
        kind, key = _storage(reference)
        first_use = key not in self.read
        numbers = self.numbers(key, kind)
        count = math.prod(shape)
        self.left -= count * numbers.itemsize
        end = offset + sum((size - 1) * stride for size, stride in zip(shape, strides, strict=True)) + 1
        if count > numbers.numel() or (count and end > numbers.numel()) or self.left < 0:
            raise WeightsError(f"'{name}' has shape {tuple(shape)}, for which the file has too few numbers")
        if count == 0:
            return numbers.new_empty(shape)
        tensor = numbers.as_strided(shape, strides, offset)
        return tensor if first_use and count == numbers.numel() else tensor.clone()

    def numbers(self, key: str, kind: torch.dtype) -> Tensor:
        """The numbers of a storage, read once."""
        if key not in self.read:
            self.read[key] = self.storages.numbers(key, kind)
        return self.read[key]


def _are_sizes(numbers: tuple[Any, ...]) -> bool:
    return all(isinstance(number, int) and 0 <= number < 1 << 48 for number in numbers)
