"""Which of CityWalker's two layouts a folder is in."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from baselines.data.teleop_drives import poses_files
from navbench_gs.errors import DamagedFileError

Layout = Literal["clips", "teleop"]


def layout_of(folder: Path) -> Layout:
    """Clips have a folder ``videos``, teleoperated drives have files ``pose_traj_NN.txt``.

    Raises:
        DamagedFileError: the folder has neither, or both.
    """
    clips, teleop = (folder / "videos").is_dir(), bool(poses_files(folder))
    if clips and teleop:
        raise DamagedFileError(f"{folder} holds clips and teleoperated drives; give each a folder of its own")
    if not (clips or teleop):
        raise DamagedFileError(
            f"{folder} holds neither clips (videos/*.mp4) nor teleoperated drives (pose_label/pose_traj_NN.txt)"
        )
    return "clips" if clips else "teleop"
