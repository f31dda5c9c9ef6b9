"""Single frames of videos, by time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

import av
import numpy as np
from numpy.typing import NDArray

from navbench_gs.errors import DamagedFileError

Bytes = NDArray[np.uint8]
LATE_S = 1e-3
"""A frame this much before the time asked for counts as at it."""
MOST_PIXELS = 4096 * 2304


def frames_at(video: Path, times_s: Iterable[float]) -> Iterator[Bytes]:
    """The frames (H, W, 3) shown at rising times, each the first that is not earlier; the last one beyond the end.

    Raises:
        DamagedFileError: the file is absent, no video, or far too large.
    """
    wanted = list(times_s)
    try:
        with av.open(str(video)) as container:
            stream = container.streams.video[0]
            if stream.width * stream.height > MOST_PIXELS:
                raise DamagedFileError(f"{video}: frames of {stream.width} x {stream.height} pixels are too large")
            if wanted and wanted[0] > 1.0 and stream.time_base is not None:
                container.seek(int(wanted[0] / stream.time_base), stream=stream)
            yield from _picked(container, wanted, video)
    except (av.FFmpegError, OSError, IndexError) as error:
        raise DamagedFileError(f"cannot read video {video}: {error}") from error


def _picked(container: av.container.InputContainer, wanted: list[float], video: Path) -> Iterator[Bytes]:
    last: av.VideoFrame | None = None
    missing = list(wanted)
    for frame in container.decode(video=0):
        last = frame
        while missing and (frame.time or 0.0) >= missing[0] - LATE_S:
            missing.pop(0)
            yield _pixels(frame)
        if not missing:
            return
    if last is None:
        raise DamagedFileError(f"{video} holds no frame")
    for _ in missing:
        yield _pixels(last)


def _pixels(frame: av.VideoFrame) -> Bytes:
    return np.asarray(frame.to_ndarray(format="rgb24"), dtype=np.uint8)
