"""Import paths that have moved keep working for one release, and say where their names are now.

A package registers its own table of old and new modules. A finder at the end of ``sys.meta_path`` answers for the old
ones: it is asked only when no other finder knows a name, so it never hides a module that exists.
"""

from __future__ import annotations

import sys
import warnings
from collections.abc import Callable, Iterable, Mapping, Sequence
from importlib import import_module
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from importlib.util import find_spec
from types import CodeType, FrameType, ModuleType
from typing import Any

GONE_WITH = "0.3"
"""The version that no longer knows the old paths."""
_IMPORTERS = {"importlib", "_frozen_importlib", "_frozen_importlib_external", "runpy"}
"""Packages that import on behalf of others: no warning is theirs."""


def register(moved: Mapping[str, tuple[str, ...]]) -> None:
    """Make old modules importable, each with a ``DeprecationWarning``.

    Args:
        moved: dotted name of an old module -> the modules that together hold its names now.
    """
    _FINDER.moved.update(moved)
    if _FINDER not in sys.meta_path:
        sys.meta_path.append(_FINDER)


def moved_names(module: str, homes: Mapping[str, str]) -> Callable[[str], Any]:
    """A ``__getattr__`` for a module that some names have left.

    Bind it under ``if not TYPE_CHECKING``: to a type checker, a module with ``__getattr__`` has every name.

    Args:
        module: its dotted name.
        homes: name -> dotted name of the module that holds it now.
    """

    def getattr_(name: str) -> Any:
        if name not in homes:
            raise _missing(module, name)
        return _from_home(module, name, homes[name])

    return getattr_


def moved_content(package: str, home: str) -> Callable[[str], Any]:
    """A ``__getattr__`` for a package that once was a module, whose public names the module ``home`` holds now.

    A submodule of the package comes before a name of ``home``; else as :func:`moved_names`.
    """

    def getattr_(name: str) -> Any:
        if name.startswith("_") or find_spec(f"{package}.{name}") or not hasattr(import_module(home), name):
            raise _missing(package, name)
        return _from_home(package, name, home)

    return getattr_


class _MovedModule(ModuleType):
    """Stands for an old module: what it has not itself is read from the modules that hold its names now."""

    __homes__: tuple[ModuleType, ...] = ()

    def __getattr__(self, name: str) -> Any:
        if not (name.startswith("__") and name.endswith("__")):
            for home in self.__homes__:
                if hasattr(home, name):
                    return getattr(home, name)
        raise _missing(self.__name__, name)

    def __dir__(self) -> Iterable[str]:
        return sorted({name for home in self.__homes__ for name in dir(home)})


class _MovedLoader(Loader):
    """Makes the module object of an old name."""

    def __init__(self, homes: tuple[str, ...]) -> None:
        self._homes = homes

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        """The stand-in, still without its homes: a warning that is an error stops the import here."""
        self._warn(spec.name)
        return _MovedModule(spec.name)

    def exec_module(self, module: ModuleType) -> None:
        """Import the homes; a single one takes the place of the stand-in.

        ``import *`` asks for ``__all__``, without which it would look no further than the stand-in.
        """
        homes = tuple(import_module(name) for name in self._homes)
        public = {name for home in homes for name in getattr(home, "__all__", vars(home)) if not name.startswith("_")}
        vars(module).update(__homes__=homes, __all__=sorted(public))
        if len(homes) == 1:
            sys.modules[module.__name__] = homes[0]

    def get_code(self, fullname: str) -> CodeType:
        """What ``python -m`` runs: the new module, as if it had been named."""
        self._warn(fullname)
        text = f"import runpy\nrunpy.run_module({self._homes[0]!r}, run_name='__main__', alter_sys=True)"
        return compile(text, f"<{fullname}>", "exec")

    def _warn(self, old: str) -> None:
        _warn(old, ", ".join(self._homes))


class _MovedFinder(MetaPathFinder):
    """Knows the old modules of every package that has registered its table."""

    def __init__(self) -> None:
        self.moved: dict[str, tuple[str, ...]] = {}

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None, /
    ) -> ModuleSpec | None:
        """A spec for an old name; to look for it is no import and gives no warning."""
        homes = self.moved.get(fullname)
        return ModuleSpec(fullname, _MovedLoader(homes)) if homes else None


_FINDER = _MovedFinder()


def _missing(module: str, name: str) -> AttributeError:
    return AttributeError(f"module {module!r} has no attribute {name!r}", name=name)


def _from_home(module: str, name: str, home: str) -> Any:
    """The attribute of its new module, for the ``__getattr__`` that calls this."""
    value = getattr(import_module(home), name)
    if sys._getframe(2).f_code.co_name != "_handle_fromlist":  # this only asks whether it is there, then it is read
        _warn(f"{module}.{name}", f"{home}.{name}")
    return value


def _warn(old: str, new: str) -> None:
    """Warn at the line that imports: ``stacklevel`` cannot, as some ways to import have more frames than others."""
    text = f"{old} has moved to {new}; the old path goes with version {GONE_WITH}"
    frame: FrameType | None = sys._getframe(1)
    while frame is not None and _imports_for_others(frame):
        frame = frame.f_back
    if frame is None:  # python -m
        warnings.warn_explicit(text, DeprecationWarning, "__main__", 1, "__main__")
        return
    registry = frame.f_globals.setdefault("__warningregistry__", {})
    where = frame.f_code.co_filename, frame.f_lineno, _module_of(frame)
    warnings.warn_explicit(text, DeprecationWarning, *where, registry)


def _imports_for_others(frame: FrameType) -> bool:
    name = _module_of(frame)
    return name == __name__ or name.partition(".")[0] in _IMPORTERS


def _module_of(frame: FrameType) -> str:
    return str(frame.f_globals.get("__name__", "<string>"))  # the stand-in that warnings.warn has for none
