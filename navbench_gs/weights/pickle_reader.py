"""A pickle read as data: what it holds, and what it would have called, of which nothing is called.

Published checkpoints are pickles, some of whole modules whose classes are not here. A pickle is a small program that
names functions and has them called; this reader goes through the program and writes down a record of every such call
instead. Memory is bounded by the file's size, time by :data:`MAX_STEPS`.
"""

from __future__ import annotations

import io
import pickletools
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import IO, Any

from navbench_gs.errors import WeightsError, one_line

MAX_STEPS = 3_000_000
"""The published checkpoints need a twentieth of this."""
PLAIN_LIBRARY = frozenset(
    {
        ("_codecs", "encode"),
        ("argparse", "Namespace"),
        ("builtins", "bytearray"),
        ("builtins", "complex"),
        ("builtins", "dict"),
        ("builtins", "list"),
        ("builtins", "object"),
        ("builtins", "set"),
        ("builtins", "slice"),
        ("builtins", "tuple"),
        ("collections", "Counter"),
        ("collections", "OrderedDict"),
        ("collections", "defaultdict"),
        ("collections", "deque"),
        ("copyreg", "_reconstructor"),
        ("datetime", "datetime"),
        ("datetime", "timedelta"),
        ("functools", "partial"),
        ("pathlib", "PosixPath"),
        ("pathlib", "PurePosixPath"),
        ("types", "SimpleNamespace"),
        ("typing", "Any"),
    }
)
"""What a checkpoint may name of Python's own library. Any other such name has no business there."""

OLD_MODULES = {"__builtin__": "builtins", "copy_reg": "copyreg"}
"""Names that older pickle protocols use -> today's."""


@dataclass(frozen=True)
class Name:
    """A class or function that the pickle names."""

    module: str
    name: str

    def __str__(self) -> str:
        return f"{self.module}.{self.name}"


@dataclass(eq=False)
class Made:
    """What a call would have made: by whom, of what, and what was put into it afterwards."""

    maker: Name
    arguments: tuple[Any, ...]
    items: dict[str, Any] = field(default_factory=dict)
    """Entries under texts; others are dropped."""
    state: Any = None


@dataclass(frozen=True, eq=False)
class Reference:
    """Something that lies outside the pickle, a tensor's numbers for example."""

    id: Any


class _Mark:
    """Where a collection's parts begin on the stack."""


_MARK = _Mark()
_NUMBERS = ("INT", "BININT", "BININT1", "BININT2", "LONG", "LONG1", "LONG4", "FLOAT", "BINFLOAT")
_TEXTS = ("STRING", "BINSTRING", "SHORT_BINSTRING", "UNICODE", "BINUNICODE", "SHORT_BINUNICODE", "BINUNICODE8")
_BYTES = ("BINBYTES", "SHORT_BINBYTES", "BINBYTES8", "BYTEARRAY8")
_AS_IS = frozenset({*_NUMBERS, *_TEXTS, *_BYTES})
_CONSTANTS: dict[str, Any] = {"NONE": None, "NEWTRUE": True, "NEWFALSE": False, "EMPTY_TUPLE": ()}
_NOTHING = frozenset({"PROTO", "FRAME"})
_PUT = frozenset({"PUT", "BINPUT", "LONG_BINPUT"})
_GET = frozenset({"GET", "BINGET", "LONG_BINGET"})


def read_pickle(file: IO[bytes] | bytes) -> Any:
    """The content of one pickle, up to its end; a file is left standing behind it.

    Returns:
        Numbers, texts, tuples, lists, dicts (entries under texts only), and :class:`Name`, :class:`Made` and
        :class:`Reference` for the rest.

    Raises:
        WeightsError: it is damaged, endless, or names what no checkpoint needs.
    """
    try:
        return _Machine().run(io.BytesIO(file) if isinstance(file, bytes) else file)
    except WeightsError:
        raise
    except (ValueError, IndexError, KeyError, TypeError, AttributeError, OverflowError, MemoryError) as error:
        raise WeightsError(f"damaged: {one_line(error)}") from error


class _Machine:
    """The pickle's stack and memory."""

    def __init__(self) -> None:
        self.stack: list[Any] = []
        self.memory: dict[int, Any] = {}
        self.steps: dict[str, Callable[[], None]] = {
            "MARK": lambda: self.stack.append(_MARK),
            "POP": lambda: _discard(self.stack.pop()),
            "POP_MARK": lambda: _discard(self.since_mark()),
            "DUP": lambda: self.stack.append(self.stack[-1]),
            "EMPTY_LIST": lambda: self.stack.append([]),
            "EMPTY_SET": lambda: self.stack.append([]),
            "EMPTY_DICT": lambda: self.stack.append({}),
            "LIST": lambda: self.stack.append(self.since_mark()),
            "FROZENSET": lambda: self.stack.append(self.since_mark()),
            "TUPLE": lambda: self.stack.append(tuple(self.since_mark())),
            "TUPLE1": lambda: self.stack.append(tuple(self.last(1))),
            "TUPLE2": lambda: self.stack.append(tuple(self.last(2))),
            "TUPLE3": lambda: self.stack.append(tuple(self.last(3))),
            "DICT": lambda: self.stack.append(_entries({}, self.since_mark())),
            "APPEND": lambda: self.extend(self.last(1)),
            "APPENDS": lambda: self.extend(self.since_mark()),
            "ADDITEMS": lambda: self.extend(self.since_mark()),
            "SETITEM": lambda: self.set_items(self.last(2)),
            "SETITEMS": lambda: self.set_items(self.since_mark()),
            "MEMOIZE": lambda: self.memory.__setitem__(len(self.memory), self.stack[-1]),
            "STACK_GLOBAL": lambda: self.stack.append(_named(*self.last(2))),
            "REDUCE": lambda: self.make(*self.last(2)),
            "NEWOBJ": lambda: self.make(*self.last(2)),
            "NEWOBJ_EX": lambda: self.make(*self.last(3)),
            "OBJ": lambda: self.make_of(self.since_mark()),
            "BUILD": self.build,
            "BINPERSID": lambda: self.stack.append(_referred(self.stack.pop())),
        }

    def run(self, file: IO[bytes]) -> Any:
        """The content that is on the stack at the end."""
        for count, (code, argument, _) in enumerate(pickletools.genops(file)):
            name = code.name
            if count > MAX_STEPS:
                raise WeightsError(f"it takes more than {MAX_STEPS:,} steps to read")
            if name == "STOP":
                break
            if name in _AS_IS:
                self.stack.append(argument)
            elif name in _PUT:
                self.memory[int(str(argument))] = self.stack[-1]
            elif name in _GET:
                self.stack.append(self.memory[int(str(argument))])
            elif name in _CONSTANTS:
                self.stack.append(_CONSTANTS[name])
            elif name == "GLOBAL":
                self.stack.append(_named(*str(argument).split(" ", 1)))
            elif name in self.steps:
                self.steps[name]()
            elif name not in _NOTHING:
                raise WeightsError(f"its step {name} is not known in checkpoints")
        (content,) = self.stack
        return content

    def since_mark(self) -> list[Any]:
        """Take everything above the last mark, and the mark."""
        place = next(index for index in range(len(self.stack) - 1, -1, -1) if self.stack[index] is _MARK)
        parts = self.stack[place + 1 :]
        del self.stack[place:]
        return parts

    def last(self, count: int) -> list[Any]:
        """Take the last few."""
        parts = self.stack[-count:]
        if len(parts) < count:
            raise IndexError("its stack runs out")
        del self.stack[-count:]
        return parts

    def extend(self, parts: list[Any]) -> None:
        """Put parts into the collection on top; what a made one would do with them is not known."""
        if isinstance(self.stack[-1], list):
            self.stack[-1].extend(parts)

    def set_items(self, parts: list[Any]) -> None:
        """Put entries into the mapping on top."""
        top = self.stack[-1]
        _entries(top.items if isinstance(top, Made) else top, parts)

    def make(self, maker: Any, arguments: Any, options: Any = None) -> None:
        """Write down a call."""
        if not isinstance(maker, Name) or not isinstance(arguments, tuple):
            raise WeightsError("it calls something that it does not name")
        self.stack.append(Made(maker, arguments))

    def make_of(self, parts: list[Any]) -> None:
        """Write down a call in the old form."""
        self.make(parts[0], tuple(parts[1:]))

    def build(self) -> None:
        """Put a state into the made thing below it."""
        state = self.stack.pop()
        if isinstance(self.stack[-1], Made):
            self.stack[-1].state = state


def _referred(target: Any) -> Any:
    """What lies outside the pickle; torch's older format refers to classes so, with their source, which is dropped."""
    if isinstance(target, tuple) and target[:1] == ("module",) and len(target) > 1 and isinstance(target[1], Name):
        return target[1]
    return Reference(target)


def _named(module: str, name: str) -> Name:
    module = OLD_MODULES.get(module, module)
    library = str(module).split(".")[0]
    if library in sys.stdlib_module_names and library != "__main__" and (module, name) not in PLAIN_LIBRARY:
        raise WeightsError(f"it asks for '{module}.{name}', which no checkpoint needs")
    return Name(str(module), str(name))


def _entries(mapping: dict[str, Any], parts: list[Any]) -> dict[str, Any]:
    mapping.update((key, value) for key, value in zip(parts[::2], parts[1::2], strict=True) if isinstance(key, str))
    return mapping


def _discard(_: Any) -> None:
    """Drop what was taken from the stack."""
