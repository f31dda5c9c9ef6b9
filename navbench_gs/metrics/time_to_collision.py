"""Time to collision (TTC) with pedestrians."""

from __future__ import annotations

import numpy as np

from navbench_gs.domain.episode import Episode
from navbench_gs.domain.rules import Rules
from navbench_gs.domain.trajectory import Floats, Trajectory


def min_time_to_collision_s(trajectory: Trajectory, episode: Episode, rules: Rules) -> float | None:
    """Smallest t >= 0 over the episode with ``|dx + t dv| <= r_robot + r_pedestrian``; None beyond the horizon.

    Both are discs (the robot of the circle around its footprint) that go on at their present velocity: the mean one
    over the last decision period of the pedestrians, because distant pedestrians are not moved at every tick.
    """
    window = max(1, round(1.0 / (rules.clock.pedestrian_decision_hz * trajectory.tick_s)))
    if len(trajectory.poses) <= window or not episode.pedestrians:
        return None
    offset = trajectory.pedestrians[:, :, :2] - trajectory.poses[:, None, :2]
    velocity = (offset[window:] - offset[:-window]) / (window * trajectory.tick_s)
    reach = rules.robot.radius_m + np.array([pedestrian.radius_m for pedestrian in episode.pedestrians])
    soonest = float(_meeting_times(offset[window:], velocity, reach).min())
    return soonest if soonest <= rules.contact.ttc_horizon_s else None


def _meeting_times(offset: Floats, velocity: Floats, reach: Floats) -> Floats:
    """First time (...) at which a point (..., 2) of constant velocity is within ``reach`` of the origin, else inf.

    The smaller root of ``|offset + t velocity|^2 = reach^2``; 0 where it is within reach already.
    """
    a = np.sum(velocity**2, axis=-1)
    closing = -np.sum(offset * velocity, axis=-1)
    outside = np.sum(offset**2, axis=-1) - reach**2
    discriminant = closing**2 - a * outside
    meets = (closing > 0.0) & (discriminant >= 0.0)
    # outside / (closing + root) is the smaller root without the cancellation of (closing - root) / a
    times = outside / np.where(meets, closing + np.sqrt(np.maximum(discriminant, 0.0)), 1.0)
    result: Floats = np.where(outside <= 0.0, 0.0, np.where(meets, times, np.inf))
    return result
