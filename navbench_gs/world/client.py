"""A Bullet world of one's own: the functions of pybullet bound to one client."""

from __future__ import annotations

import contextlib
import functools
import os
import sys
from collections.abc import Iterator
from typing import Any

from navbench_gs.errors import Incident, MissingPackageError


class BulletClient:
    """A fresh Bullet server in this process; every pybullet function and constant is an attribute.

    (pybullet's own ``BulletClient`` prints a line for every connection.)

    Raises:
        MissingPackageError: pybullet is not installed.
        Incident: Bullet has no connection left.
    """

    def __init__(self) -> None:
        self._pybullet = _pybullet()
        self._number: int = self._pybullet.connect(self._pybullet.DIRECT)
        if self._number < 0:
            raise Incident("pybullet refused a new client: too many worlds are open in this process")

    def __getattr__(self, name: str) -> Any:
        """A constant of pybullet, or one of its functions bound to this client; kept for the next use."""
        value = getattr(self._pybullet, name)
        if callable(value):
            value = functools.partial(value, physicsClientId=self._number)
        setattr(self, name, value)
        return value


def _pybullet() -> Any:
    """The pybullet module, without the build stamp that it prints on the error output when first imported."""
    if "pybullet" in sys.modules:
        return sys.modules["pybullet"]
    with _error_output_closed():
        try:
            import pybullet
        except ImportError as error:
            raise MissingPackageError("driving needs pybullet: pip install 'navbench-gs[physics]'") from error
    return pybullet


@contextlib.contextmanager
def _error_output_closed() -> Iterator[None]:
    """Send what C code prints on file descriptor 2 nowhere."""
    sys.stderr.flush()
    kept, sink = os.dup(2), os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(sink, 2)
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        os.close(sink)
