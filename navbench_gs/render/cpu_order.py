"""Third step of a frame: splats sorted by depth and dealt, in that order, to the tiles they touch."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from navbench_gs.render.cpu_compile import kernel
from navbench_gs.render.cpu_project import Splats

Float32s = NDArray[np.float32]
Int32s = NDArray[np.int32]
Flags = NDArray[np.bool_]

MAX_DIGIT_BITS = 11
MAX_DIGITS = 1 << MAX_DIGIT_BITS
PASSES = 3
"""Three passes of at most eleven bits cover a whole 32-bit key."""


@kernel
def sort_by_depth(depth_bits: Int32s, ranks: Int32s, order: Int32s, count: int, scratch: Int32s) -> None:
    """Sort the splats named by the first ``count`` of ``order`` from near to far, ties by rank.

    A radix sort over every bit in which the depths differ.

    Args:
        depth_bits: (n,) the bits of the float32 depths; depths are positive, so their bits grow with them.
        ranks: (n,) order among equal depths.
        order: (m,) numbers of splats; rewritten.
        count: how many of ``order`` to sort.
        scratch: (3, m) scratch.
    """
    if count == 0:
        return
    low = high = depth_bits[order[0]]
    for i in range(count):
        bits = depth_bits[order[i]]
        low, high = min(low, bits), max(high, bits)
    keys, spare_keys, spare = scratch[0, :count], scratch[1, :count], scratch[2, :count]
    own = order[:count]
    for i in range(count):
        keys[i] = depth_bits[own[i]] - low
    passes, digit_bits = _passes(high - low)
    for step in range(passes):
        if step % 2 == 0:
            _scatter(keys, own, spare_keys, spare, step * digit_bits, digit_bits)
        else:
            _scatter(spare_keys, spare, keys, own, step * digit_bits, digit_bits)
    if passes % 2 == 1:
        for i in range(count):
            keys[i], own[i] = spare_keys[i], spare[i]
    _order_ties(keys, ranks, own)


@kernel
def _passes(spread: int) -> tuple[int, int]:
    """How many passes of how many bits hold numbers up to ``spread``: as few passes, then as few bits as possible."""
    bits = 1
    while spread >> bits > 0:
        bits += 1
    passes = (bits + MAX_DIGIT_BITS - 1) // MAX_DIGIT_BITS
    return passes, (bits + passes - 1) // passes


@kernel
def _scatter(keys: Int32s, values: Int32s, keys_out: Int32s, values_out: Int32s, shift: int, digit_bits: int) -> None:
    """One stable counting pass over one digit."""
    mask = (1 << digit_bits) - 1
    starts = np.zeros(MAX_DIGITS, dtype=np.int32)
    for i in range(len(keys)):
        starts[keys[i] >> shift & mask] += 1
    exclusive_sum(starts[: mask + 1])
    for i in range(len(keys)):
        digit = keys[i] >> shift & mask
        at = starts[digit]
        starts[digit] = at + 1
        keys_out[at] = keys[i]
        values_out[at] = values[i]


@kernel
def exclusive_sum(counts: Int32s) -> int:
    """Replace every number by the sum of those before it; return the sum of all."""
    total = 0
    for i in range(len(counts)):
        count = counts[i]
        counts[i] = total
        total += count
    return total


@kernel
def _order_ties(keys: Int32s, ranks: Int32s, order: Int32s) -> None:
    """Sort each run of equal keys by rank."""
    count = len(order)
    start = 0
    while start < count:
        stop = start + 1
        while stop < count and keys[stop] == keys[start]:
            stop += 1
        if stop - start > 1:
            _shell_sort(ranks, order[start:stop])
        start = stop


@kernel
def _shell_sort(ranks: Int32s, order: Int32s) -> None:
    """Sort ``order`` in place by ``ranks[order]``; gaps of Knuth 1973. A wall seen head-on makes runs of thousands."""
    gap = 1
    while gap < len(order) // 3:
        gap = 3 * gap + 1
    while gap > 0:
        for i in range(gap, len(order)):
            held = order[i]
            j = i
            while j >= gap and ranks[order[j - gap]] > ranks[held]:
                order[j] = order[j - gap]
                j -= gap
            order[j] = held
        gap //= 3


@kernel
def choose_splats(
    splats: Splats, count: int, end: np.float32, across: int, open_tiles: Flags, order: Int32s, counts: Int32s
) -> int:
    """Choose the splats that are nearer than ``end`` and touch an open tile, and count those of each tile.

    Most splats touch at most two tiles across and two down; these are counted without a branch that depends on which.

    Args:
        splats: projected splats.
        count: how many there are.
        end: metres.
        across: tile columns of the window.
        open_tiles: (tiles,) whether a tile still shows what comes.
        order: numbers of the chosen splats, written.
        counts: (tiles + 1,) how many of them touch a tile, open or not; written.

    Returns:
        How many were chosen.
    """
    counts[:] = 0
    chosen = 0
    for number in range(count):
        order[chosen] = number
        ready = splats.depths[number] < end
        left, wider, top, taller = unpacked(splats.spans[number])
        tile = top * across + left
        if wider < 2 and taller < 2:
            below = tile + taller * across
            shows = open_tiles[tile] | open_tiles[tile + wider] | open_tiles[below] | open_tiles[below + wider]
            one = int(ready & shows)
            counts[tile] += one
            counts[tile + wider] += one * wider
            counts[below] += one * taller
            counts[below + wider] += one * (wider & taller)
            chosen += one
        elif ready:
            for first in range(tile, tile + taller * across + 1, across):
                for touched in range(first, first + wider + 1):
                    counts[touched] += 1
            chosen += 1
    return chosen


@kernel
def fill_tiles(spans: Int32s, order: Int32s, count: int, across: int, ends: Int32s, lists: Int32s) -> None:
    """Write the numbers of the splats of each tile, in the order of ``order``, into ``lists``.

    Args:
        spans: (n,) the tiles that splats touch, as in ``Splats``.
        order: numbers of splats, near to far.
        count: how many of ``order`` to deal.
        across: tile columns of the window.
        ends: (tiles,) where each list begins, and afterwards where it ends.
        lists: written.

    Where two of the four tiles of a small splat are one, its number is written again where it stands already.
    """
    for place in range(count):
        number = order[place]
        left, wider, top, taller = unpacked(spans[number])
        tile = top * across + left
        if wider < 2 and taller < 2:
            _write(number, tile, 0, ends, lists)
            _write(number, tile + wider, 1 - wider, ends, lists)
            tile += taller * across
            _write(number, tile, 1 - taller, ends, lists)
            if wider & taller:
                _write(number, tile + 1, 0, ends, lists)
        else:
            for first in range(tile, tile + taller * across + 1, across):
                for touched in range(first, first + wider + 1):
                    _write(number, touched, 0, ends, lists)


@kernel
def _write(number: int, tile: int, back: int, ends: Int32s, lists: Int32s) -> None:
    """Append to the list of a tile, or with ``back`` = 1 write its last entry again."""
    end = ends[tile] - back
    lists[end] = number
    ends[tile] = end + 1


@kernel
def unpacked(span: int) -> tuple[int, int, int, int]:
    """First tile column, how many more there are, first tile row, how many more there are."""
    left, top = span & 0xFF, span >> 16 & 0xFF
    return left, (span >> 8 & 0xFF) - left, top, (span >> 24 & 0xFF) - top
