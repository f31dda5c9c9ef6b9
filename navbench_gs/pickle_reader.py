"""A pickle read as data: what it holds, and what it would have called, of which nothing is called.

Published drives and checkpoints are pickles, some of whole modules whose classes are not here. A pickle is a small
program that names functions and has them called. This reader goes through the program and writes down a record of every
such call instead; whoever asked for the content interprets the records. Memory is bounded by the file's size, and
both memory and time by :data:`MAX_STEPS`.
"""

from __future__ import annotations

import io
import pickletools
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import IO, Any

from navbench_gs.errors import DamagedFileError, one_line, printable

MAX_STEPS = 3_000_000
"""The published checkpoints need a twentieth of this."""
MAX_PLACE = 1 << 32
"""The binary steps cannot name a place in memory beyond it."""
PLAIN_LIBRARY = frozenset(
    {
        ("_codecs", "encode"),
        ("argparse", "Namespace"),
        ("builtins", "bytearray"),
        ("builtins", "bytes"),
        ("builtins", "complex"),
        ("builtins", "dict"),
        ("builtins", "frozenset"),
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
"""What a pickle may name of Python's own library. Any other such name has no business in data."""
OLD_MODULES = {"__builtin__": "builtins", "copy_reg": "copyreg"}
"""Names that older pickle protocols use -> today's."""


@dataclass(frozen=True)
class Name:
    """A class or function that the pickle names."""

    module: str
    name: str

    def __str__(self) -> str:
        return printable(f"{self.module}.{self.name}")


@dataclass(frozen=True, eq=False, slots=True)
class Key:
    """A mapping's key that is no text; two are never equal, since hashing a stranger's key could take hours."""

    content: Any


@dataclass(eq=False, slots=True)
class Made:
    """What a call would have made: by whom, of what, and what was put into it afterwards.

    Every protocol's sets are records of ``builtins.set`` and ``builtins.frozenset`` with a list of their members.
    """

    maker: Name
    arguments: tuple[Any, ...]
    items: dict[str | Key, Any] = field(default_factory=dict)
    """Arguments by name, and entries."""
    parts: list[Any] = field(default_factory=list)
    """What was appended."""
    state: Any = None


@dataclass(frozen=True, eq=False)
class Reference:
    """Something that lies outside the pickle, a tensor's numbers for example."""

    id: Any


_NUMBERS = ("INT", "BININT", "BININT1", "BININT2", "LONG", "LONG1", "LONG4", "FLOAT", "BINFLOAT")
_TEXTS = ("STRING", "BINSTRING", "SHORT_BINSTRING", "UNICODE", "BINUNICODE", "SHORT_BINUNICODE", "BINUNICODE8")
_BYTES = ("BINBYTES", "SHORT_BINBYTES", "BINBYTES8", "BYTEARRAY8")
_AS_IS = frozenset({*_NUMBERS, *_TEXTS, *_BYTES})
_CONSTANTS: dict[str, Any] = {"NONE": None, "NEWTRUE": True, "NEWFALSE": False, "EMPTY_TUPLE": ()}
_SET, _FROZEN_SET = Name("builtins", "set"), Name("builtins", "frozenset")
_NOTHING = frozenset({"PROTO", "FRAME"})
_PUT = frozenset({"PUT", "BINPUT", "LONG_BINPUT"})
_GET = frozenset({"GET", "BINGET", "LONG_BINGET"})


def read_pickle(file: IO[bytes] | bytes, kind: str = "checkpoint") -> Any:
    """The content of one pickle, up to its end; a file is left standing behind it.

    Args:
        file: the pickle.
        kind: what messages call it, ``checkpoint`` for example.

    Returns:
        Numbers, texts, bytes, tuples, lists and dicts, and :class:`Name`, :class:`Made`, :class:`Reference` and
        :class:`Key` for the rest.

    Raises:
        DamagedFileError: it is damaged, endless, or names what no data needs.
    """
    try:
        return _Machine(kind).run(io.BytesIO(file) if isinstance(file, bytes) else file)
    except (ValueError, IndexError, KeyError, TypeError, AttributeError, OverflowError, MemoryError) as error:
        raise DamagedFileError(f"damaged: {one_line(error)}") from error


class _Machine:
    """The pickle's stack and memory."""

    def __init__(self, kind: str) -> None:
        self.kind = kind
        self.stack: list[Any] = []
        """What lies above the last mark."""
        self.below: list[list[Any]] = []
        """What lies between the marks before it."""
        self.memory: dict[int, Any] = {}
        self.steps: dict[str, Callable[[], None]] = {
            "MARK": self.mark,
            "POP": lambda: _discard(self.stack.pop() if self.stack else self.since_mark()),
            "POP_MARK": lambda: _discard(self.since_mark()),
            "DUP": lambda: self.put(self.stack[-1]),
            "EMPTY_LIST": lambda: self.put([]),
            "EMPTY_SET": lambda: self.put(Made(_SET, ([],))),
            "EMPTY_DICT": lambda: self.put({}),
            "LIST": lambda: self.put(self.since_mark()),
            "FROZENSET": lambda: self.put(Made(_FROZEN_SET, (self.since_mark(),))),
            "TUPLE": lambda: self.put(tuple(self.since_mark())),
            "TUPLE1": lambda: self.put(tuple(self.last(1))),
            "TUPLE2": lambda: self.put(tuple(self.last(2))),
            "TUPLE3": lambda: self.put(tuple(self.last(3))),
            "DICT": lambda: self.put(_entries({}, self.since_mark())),
            "APPEND": lambda: self.extend(self.last(1)),
            "APPENDS": lambda: self.extend(self.since_mark()),
            "ADDITEMS": lambda: self.add(self.since_mark()),
            "SETITEM": lambda: self.set_items(self.last(2)),
            "SETITEMS": lambda: self.set_items(self.since_mark()),
            "MEMOIZE": lambda: self.memory.__setitem__(len(self.memory), self.stack[-1]),
            "STACK_GLOBAL": lambda: self.put(self.named(*self.last(2))),
            "REDUCE": lambda: self.make(*self.last(2)),
            "NEWOBJ": lambda: self.make(*self.last(2)),
            "NEWOBJ_EX": lambda: self.make(*self.last(3)),
            "OBJ": lambda: self.make_of(self.since_mark()),
            "BUILD": self.build,
            "BINPERSID": lambda: self.put(_referred(self.stack.pop())),
        }

    def run(self, file: IO[bytes]) -> Any:
        """The content that is on the stack at the end."""
        for count, (code, argument, _) in enumerate(pickletools.genops(file)):
            name = code.name
            if count > MAX_STEPS:
                raise DamagedFileError(f"it takes more than {MAX_STEPS:,} steps to read")
            if name == "STOP":
                break
            if name in _AS_IS:
                self.put(argument)
            elif name in _PUT:
                self.memory[_place(argument)] = self.stack[-1]
            elif name in _GET:
                self.put(self.memory[_place(argument)])
            elif name in _CONSTANTS:
                self.put(_CONSTANTS[name])
            elif name == "GLOBAL":
                self.put(self.named(*str(argument).split(" ", 1)))
            elif name in self.steps:
                self.steps[name]()
            elif name not in _NOTHING:
                raise DamagedFileError(f"its step {name} is not known in {self.kind}s")
        if self.below or len(self.stack) != 1:
            raise IndexError("its parts do not come together")
        return self.stack[0]

    def put(self, part: Any) -> None:
        """Put a part on top."""
        self.stack.append(part)

    def mark(self) -> None:
        """Note where a collection's parts begin."""
        self.below.append(self.stack)
        self.stack = []

    def since_mark(self) -> list[Any]:
        """Take everything above the last mark, and the mark."""
        parts, self.stack = self.stack, self.below.pop()
        return parts

    def last(self, count: int) -> list[Any]:
        """Take the last few."""
        parts = self.stack[-count:]
        if len(parts) < count:
            raise IndexError("its stack runs out")
        del self.stack[-count:]
        return parts

    def extend(self, parts: list[Any]) -> None:
        """Put parts into the list on top, or note that they were put into the made thing there."""
        top = self.stack[-1]
        (top.parts if isinstance(top, Made) else top).extend(parts)

    def add(self, parts: list[Any]) -> None:
        """Put members into the set on top."""
        self.stack[-1].arguments[0].extend(parts)

    def set_items(self, parts: list[Any]) -> None:
        """Put entries into the mapping on top."""
        top = self.stack[-1]
        _entries(top.items if isinstance(top, Made) else top, parts)

    def make(self, maker: Any, arguments: Any, options: Any = None) -> None:
        """Write down a call."""
        if not isinstance(maker, Name) or not isinstance(arguments, tuple):
            raise DamagedFileError("it calls something that it does not name")
        self.put(Made(maker, arguments, {**(options or {})}))

    def make_of(self, parts: list[Any]) -> None:
        """Write down a call in the old form."""
        self.make(parts[0], tuple(parts[1:]))

    def build(self) -> None:
        """Put a state into the made thing below it."""
        state = self.stack.pop()
        if isinstance(self.stack[-1], Made):
            self.stack[-1].state = state

    def named(self, module: Any, name: Any) -> Name:
        """The record of a name, unless no data needs it."""
        if not isinstance(module, str) or not isinstance(name, str):
            raise DamagedFileError("it names something with what is no text")
        found = Name(OLD_MODULES.get(module, module), name)
        library = found.module.split(".")[0]
        if library in sys.stdlib_module_names and (found.module, name) not in PLAIN_LIBRARY:
            raise DamagedFileError(f"it asks for '{found}', which no {self.kind} needs")
        return found


def _referred(target: Any) -> Any:
    """What lies outside the pickle; torch's older format refers to classes so, with their source, which is dropped."""
    if isinstance(target, tuple) and target[:1] == ("module",) and len(target) > 1 and isinstance(target[1], Name):
        return target[1]
    return Reference(target)


def _place(number: Any) -> int:
    place = int(number)
    if not 0 <= place < MAX_PLACE:
        raise IndexError("a place in memory that is out of reach")
    return place


def _entries(mapping: dict[str | Key, Any], parts: list[Any]) -> dict[str | Key, Any]:
    pairs = zip(parts[::2], parts[1::2], strict=True)
    mapping.update((key if isinstance(key, str) else Key(key), value) for key, value in pairs)
    return mapping


def _discard(_: Any) -> None:
    """Drop what was taken from the stack."""
