"""Films: videos of a run's recordings, drawn in worker processes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from navbench_gs.domain.episode import Episode
from navbench_gs.domain.rules import Rules
from navbench_gs.domain.scene import Scene
from navbench_gs.evaluation.clock import SharedNumber
from navbench_gs.evaluation.clouds import prepare_clouds
from navbench_gs.evaluation.executors import work_through
from navbench_gs.evaluation.plan import Plan
from navbench_gs.evaluation.watcher import Watcher
from navbench_gs.render.select import renderer_named
from navbench_gs.store import RunFolder
from navbench_gs.store.files import writing
from navbench_gs.store.recordings import read_recording
from navbench_gs.visualization.video import film

VIDEO_FOLDER = "videos"


def draw_videos(plan: Plan, folder: RunFolder, *, workers: int, watcher: Watcher) -> int:
    """Draw an mp4 of every recording that has none yet into ``videos/`` of the run folder.

    Returns:
        Number of videos that could not be drawn; the reasons are among the incidents.
    """
    videos = folder.path / VIDEO_FOLDER
    with writing(videos):
        videos.mkdir(exist_ok=True)
    reels = [
        Reel(plan.scene_of(row.key), plan.episodes[row.key], folder.recording_path(row.key), videos)
        for row in folder.rows()
    ]
    lacking = [reel for reel in reels if not reel.video_path.exists()]
    prepare_clouds([reel.scene for reel in lacking], workers=workers, watcher=watcher)
    watcher.begins("video", len(reels) - len(lacking), len(reels))
    lost, duty = 0, FilmDuty(plan.manifest.config.renderer, plan.rules)
    for finished in work_through(duty, lacking, workers=workers, group=lambda reel: reel.scene.scene_id):
        if finished.lost:
            lost += 1
            folder.record_incident(finished.job.episode.key, f"no video: {finished.lost}")
            watcher.incident(finished.job.episode.name, f"no video: {finished.lost}")
        watcher.advances("video")
    return lost


@dataclass(frozen=True, eq=False)
class Reel:
    """One recording to be filmed."""

    scene: Scene
    episode: Episode
    recording: Path
    folder: Path

    @property
    def video_path(self) -> Path:
        """Where the video goes."""
        return self.folder / f"{self.episode.name}.mp4"


@dataclass(frozen=True)
class FilmDuty:
    """Draws videos of recordings."""

    renderer: str
    rules: Rules

    def open(self, since: SharedNumber) -> Callable[[Reel], Path]:
        """Make the renderer."""
        renderer = renderer_named(self.renderer)

        def draw(reel: Reel) -> Path:
            film(reel.video_path, read_recording(reel.recording), reel.episode, reel.scene, renderer, self.rules)
            return reel.video_path

        return draw
