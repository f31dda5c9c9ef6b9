"""Feature drift between two policies on pictures: ``||E_o[F_A(o)] - E_o[F_B(o)]||``, at three depths of the network.

F is the encoder's tokens, the decoded anchors, or the scores of the modes; o are pictures of a real place, each with
the pictures before it. Without a goal, so that any folder of pictures will do.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from navbench_gs.drives.frames import history_indices, read_frame
from navbench_gs.errors import DamagedFileError, WeightsError
from s2e_agent.models.encoder import look
from s2e_agent.models.policy import Policy
from s2e_agent.models.waypoint_mixture import Mixture

SUFFIXES = (".jpg", ".jpeg", ".png")
BATCH = 16


@dataclass(frozen=True)
class Features:
    """What a policy makes of B moments."""

    encoder: Tensor
    """(B, T W) tokens of the present frame."""
    anchors: Tensor
    """(B, M W) decoded anchors."""
    mixture: Mixture
    """B mixtures."""


def drift(first: Policy, second: Policy, folder: Path, *, most: int = 1000) -> dict[str, float]:
    """How far ``second`` drifted from ``first`` on at most ``most`` pictures below ``folder``, evenly chosen.

    Returns ``encoder``, ``anchors`` and ``scores``, the norms of the shift of the mean feature; the first two also as a
    share of the first policy's mean feature; ``scores_variation``, the mean total variation between the scores of one
    picture; ``path_m``, the mean distance in metres between the paths of the likeliest modes; and ``pictures``.

    Raises:
        DamagedFileError: there are no pictures.
        WeightsError: the policies' features have other sizes.
    """
    moments = chosen_moments(picture_sequences(folder), most)
    sums: list[dict[str, NDArray[np.float64]]] = [{}, {}]
    variation, apart = 0.0, 0.0
    for batch in _batches(moments):
        found = [features(policy, batch) for policy in (first, second)]
        for total, seen in zip(sums, found, strict=True):
            _add(total, seen)
        variation += float(score_variation(found[0].mixture, found[1].mixture).sum())
        apart += float(path_distance(found[0].mixture, found[1].mixture).sum())
    count = len(moments)
    means = [{name: value / count for name, value in total.items()} for total in sums]
    shifts = {name: mean_shift(means[0][name], means[1][name]) for name in means[0]}
    shares = {f"{name}_share": shifts[name] / float(np.linalg.norm(means[0][name])) for name in ("encoder", "anchors")}
    return shifts | shares | {"scores_variation": variation / count, "path_m": apart / count, "pictures": float(count)}


def mean_shift(first: NDArray[np.float64], second: NDArray[np.float64]) -> float:
    """Euclidean distance between two mean features (D,).

    Raises:
        WeightsError: they have other sizes.
    """
    if first.shape != second.shape:
        raise WeightsError(f"policies with features of sizes {first.shape[0]} and {second.shape[0]} cannot be compared")
    return float(np.linalg.norm(first - second))


def score_variation(first: Mixture, second: Mixture) -> Tensor:
    """(B,) total variation between the scores of two mixtures, from 0 (the same) to 1 (no mode in common)."""
    return 0.5 * (first.log_scores.exp() - second.log_scores.exp()).abs().sum(dim=-1)


def path_distance(first: Mixture, second: Mixture) -> Tensor:
    """(B,) mean distance in metres between the waypoints of the two likeliest modes."""
    paths = [m.paths()[torch.arange(len(m.scales)), m.log_scores.argmax(dim=1)] for m in (first, second)]
    distance: Tensor = (paths[0] - paths[1]).norm(dim=-1).mean(dim=-1)
    return distance


def features(policy: Policy, moments: Sequence[Sequence[Path]]) -> Features:
    """Features of moments, each given by its pictures up to the present one, oldest first."""
    config = policy.config
    size = config.encoder.width_px, config.encoder.height_px
    paths = [[seen[index] for index in history_indices(len(seen) - 1, config.context)] for seen in moments]
    distinct = {path: number for number, path in enumerate(dict.fromkeys(path for row in paths for path in row))}
    before = {path: seen[max(0, place - 1)] for seen in moments for place, path in enumerate(seen)}
    frames, earlier = (
        torch.from_numpy(np.stack([read_frame(path, *size) for path in chosen]))
        for chosen in (distinct, [before[path] for path in distinct])
    )
    frames = look(frames, earlier, config.encoder.looks)
    history = torch.tensor([[distinct[path] for path in row] for row in paths])
    with torch.no_grad():
        tokens = policy.encoder(frames)[history]
        present = torch.ones(history.shape, dtype=torch.bool)
        memory, absent = policy.context(tokens, present, torch.full((len(history), 2), torch.nan))
        anchors = policy.anchor_features(memory, absent)
        return Features(tokens[:, -1].flatten(1), anchors.flatten(1), policy.head(anchors, policy.anchors))


def picture_sequences(folder: Path) -> list[list[Path]]:
    """The pictures below a folder, one sequence for every folder that holds some, in the order of their numbers.

    Raises:
        DamagedFileError: there are none.
    """
    sequences: dict[Path, list[Path]] = {}
    for path in sorted(folder.rglob("*")):
        if path.suffix.lower() in SUFFIXES:
            sequences.setdefault(path.parent, []).append(path)
    if not sequences:
        raise DamagedFileError(f"no pictures ({', '.join(SUFFIXES)}) in {folder}")
    return [sorted(found, key=_natural) for found in sequences.values()]


def chosen_moments(sequences: Sequence[Sequence[Path]], most: int) -> list[Sequence[Path]]:
    """At most ``most`` moments, evenly over all sequences: each the pictures up to its own."""
    moments = [(sequence, index) for sequence in sequences for index in range(len(sequence))]
    chosen = np.unique(np.linspace(0, len(moments) - 1, min(most, len(moments))).round().astype(int))
    return [moments[number][0][: moments[number][1] + 1] for number in chosen]


def _batches(moments: Sequence[Sequence[Path]]) -> Iterator[Sequence[Sequence[Path]]]:
    for start in range(0, len(moments), BATCH):
        yield moments[start : start + BATCH]


def _add(total: dict[str, NDArray[np.float64]], seen: Features) -> None:
    rows = {"encoder": seen.encoder, "anchors": seen.anchors, "scores": seen.mixture.log_scores.exp()}
    for name, value in rows.items():
        total[name] = total.get(name, 0.0) + value.double().sum(dim=0).numpy()


def _natural(path: Path) -> list[tuple[int, str]]:
    """Sorts 9.jpg before 10.jpg."""
    return [(int(part), "") if part.isdecimal() else (0, part) for part in re.split(r"(\d+)", path.name)]
