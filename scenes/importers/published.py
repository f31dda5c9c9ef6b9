"""What sources of published scenes have in common: an offer, a download that goes on, a folder read into a plan."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from pathlib import Path

from navbench_gs.domain.cloud import GaussianCloud
from navbench_gs.domain.scene import Scene, ScenePlan
from navbench_gs.domain.source import Offer
from navbench_gs.errors import UnknownNameError
from navbench_gs.suite.cache import cache_folder, cache_written
from navbench_gs.suite.sources import scene_source
from scenes.importers import import_plan
from scenes.importers.hub import Listing, download, list_files
from scenes.importers.import_plan import ImportPlan, overridden


class PublishedScenes(ABC):
    """Scenes of one repository of the Hugging Face hub. Subclasses know its layout.

    Downloads lie in the cache below ``published/<name>``, as they are in the repository.
    """

    name: str
    """Of the source: its entry point, its suite, and the first half of its scene ids."""
    repository: str

    def __init__(self) -> None:
        self._listing: Listing | None = None

    @abstractmethod
    def folders(self, listing: Listing) -> dict[str, str]:
        """Scene id -> folder of the scene in the repository."""

    @abstractmethod
    def files(self, listing: Listing, folder: str) -> tuple[str, ...]:
        """Names of the files that the scene in ``folder`` needs."""

    @abstractmethod
    def plan(self, listing: Listing, root: Path, scene_id: str, folder: str) -> ImportPlan:
        """Read a downloaded scene: ``root`` is the copy of the repository.

        Raises:
            DamagedFileError: a file that is needed is absent or cannot be read.
        """

    def offer(self) -> Offer:
        """What the repository holds now.

        Raises:
            SceneUnavailableError: it cannot be reached.
        """
        listing = self._listed()
        scenes = {
            scene_id: sum(listing.files[name].size or 0 for name in self.files(listing, folder))
            for scene_id, folder in self.folders(listing).items()
        }
        return Offer(self.repository, listing.url, listing.revision, listing.licence, scenes)

    def fetch(self, scene_id: str, folder: Path, overrides: Path | None, tell: Callable[[str], None]) -> Scene:
        """Download a scene, or go on with it, and make a drivable scene of it in ``folder``.

        Raises:
            UnknownNameError: the repository has no such scene.
            SceneUnavailableError: the repository cannot be reached; what was downloaded stays.
            DigestMismatchError: a downloaded file is not what the repository says.
            StoreError: the cache or ``folder`` cannot be written.
            DamagedFileError, InvalidRecordError, InfeasibleEpisodeError: as ``import_capture``.
        """
        listing = self._listed()
        folders = self.folders(listing)
        if scene_id not in folders:
            raise UnknownNameError(f"scene of {self.name}", scene_id, folders)
        root = cache_folder() / "published" / self.name
        with cache_written():
            download(listing, self.files(listing, folders[scene_id]), root)
        plan = overridden(self.plan(listing, root, scene_id, folders[scene_id]), overrides)
        for note in plan.notes:
            tell(note)
        return import_plan.build_scene(plan, folder, tell)

    def author(self, plan: ScenePlan, folder: Path) -> Scene:
        """Fetch the scene of that id into ``folder``; raises as :meth:`fetch`."""
        return self.fetch(plan.scene_id, folder, None, lambda line: None)

    def cloud(self, scene: Scene, progress: Callable[[float], None] | None = None) -> GaussianCloud:
        """The splats of a fetched scene: they lie in its folder, as those of every captured scene."""
        return scene_source("captured").cloud(scene, progress)

    def _listed(self) -> Listing:
        if self._listing is None:
            self._listing = list_files(self.repository)
        return self._listing


def subfolders(listing: Listing, parent: str, file: str) -> Iterator[str]:
    """Names of the folders right below ``parent`` (``""``: the root) that hold ``file``, sorted."""
    prefix = f"{parent}/" if parent else ""
    for name in sorted(listing.files):
        folder, _, last = name.removeprefix(prefix).rpartition("/")
        if name.startswith(prefix) and folder and "/" not in folder and last == file:
            yield folder
