"""The last few of something, at the rate it is added: frames, their features, where they were seen."""

from __future__ import annotations

from collections import deque
from typing import Generic, TypeVar

Item = TypeVar("Item")


class History(Generic[Item]):
    """The last ``length`` items; before so many are there, the first stands in for what came before it."""

    def __init__(self, length: int) -> None:
        self._items: deque[Item] = deque(maxlen=length)

    def clear(self) -> None:
        """Forget all, at the beginning of an episode."""
        self._items.clear()

    def add(self, item: Item) -> None:
        """The newest."""
        self._items.append(item)

    def padded(self) -> list[Item]:
        """``length`` items, oldest first."""
        missing = (self._items.maxlen or 0) - len(self._items)
        return [self._items[0]] * missing + list(self._items)
