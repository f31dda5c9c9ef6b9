"""Shards: which planned episodes a folder owes, and whether two manifests are of one run."""

from __future__ import annotations

import hashlib

from navbench_gs.domain.run import RunManifest
from navbench_gs.store.rows import rounded

Key = tuple[str, str, int]


def in_shard(name: str, shard: tuple[int, int] | None) -> bool:
    """Whether the episode of that name falls into shard ``(i, n)``: its hash modulo n is i, for 0 <= i < n.

    The hash is of the name alone, so any n is legal and an episode stays where it is when others are added.
    """
    if shard is None:
        return True
    index, count = shard
    return int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], "little") % count == index


def owed(manifest: RunManifest) -> dict[Key, str]:
    """Episodes that a folder of this manifest owes, in planned order: key -> episode digest."""
    return {
        (scene, task, index): digest
        for scene, task, index, digest in manifest.planned
        if in_shard(f"{scene}-{task}-{index}", manifest.shard)
    }


def differences(found: RunManifest, asked: RunManifest, *, but: frozenset[str] = frozenset()) -> list[str]:
    """What tells two runs apart, one short text each, for example ``agent 'oracle', not 's2e'``.

    Args:
        found: the manifest on disk.
        asked: the manifest of the run that is wanted.
        but: fields that may differ.
    """
    theirs, ours = _flat(found), _flat(asked)
    texts = [
        f"{name.removeprefix('config.')} {theirs[name]!r}, not {ours[name]!r}"
        for name in theirs
        if theirs[name] != ours[name] and name not in but
    ]
    if found.planned != asked.planned and "planned" not in but:
        texts.append(_planned_difference(found, asked))
    return texts


def _flat(manifest: RunManifest) -> dict[str, object]:
    data = rounded(manifest.model_dump(mode="json", exclude={"planned"}))
    nested = {f"{part}.{name}": value for part in ("config", "card") for name, value in data.pop(part).items()}
    return {**nested, **data}


def _planned_difference(found: RunManifest, asked: RunManifest) -> str:
    theirs, ours = ({entry[:3]: entry[3] for entry in manifest.planned} for manifest in (found, asked))
    if list(theirs) == list(ours):
        changed = ["-".join(map(str, key)) for key in ours if theirs[key] != ours[key]]
        return f"{len(changed)} episodes have changed since (first: {changed[0]})"
    return f"{len(theirs)} planned episodes, not the {len(ours)} asked for"
