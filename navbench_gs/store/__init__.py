"""A run's folder: manifest, rows, recordings and incidents, nothing lost and nothing counted twice."""

from navbench_gs.store.folder import RunFolder
from navbench_gs.store.merge import merge_runs
from navbench_gs.store.rows import comparable
from navbench_gs.store.shards import in_shard

__all__ = ["RunFolder", "comparable", "in_shard", "merge_runs"]
