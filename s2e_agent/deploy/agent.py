"""S2E as an agent of the benchmark: frames and goal in, the waypoints of one mode out."""

from __future__ import annotations

from collections import deque

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from navbench_gs.domain.action import Waypoints
from navbench_gs.domain.agent import ActionSpec, AgentCard, CameraNeed, Needs
from navbench_gs.domain.observation import Observation
from navbench_gs.domain.state import Privileged
from navbench_gs.domain.streams import stream
from navbench_gs.drives.frames import history_indices, resized
from navbench_gs.errors import AgentCardError
from navbench_gs.geometry import to_robot_frame
from s2e_agent.config.pretraining import EncoderConfig
from s2e_agent.data.route import route_ahead
from s2e_agent.deploy.variant import SHIPPED_NAMES, Variant, parse_variant
from s2e_agent.models.checkpoint import load_policy, shipped_weights
from s2e_agent.models.encoder import look
from s2e_agent.models.policy import Policy
from s2e_agent.models.waypoint_mixture import Mixture

CAMERA = CameraNeed(width_px=160, height_px=120)
"""The benchmark's own picture size, which encoders up to that size are given."""
GREY = 127


def likeliest_path(mixture: Mixture) -> NDArray[np.float64]:
    """(H, 2) metres: the mean path of the mode with the highest score, of a batch of one."""
    return mode_path(mixture, int(mixture.log_scores[0].argmax()))


def drawn_path(mixture: Mixture, rng: np.random.Generator) -> NDArray[np.float64]:
    """(H, 2) metres: the mean path of a mode drawn by its score, of a batch of one."""
    scores = mixture.log_scores[0].double().exp().numpy()
    return mode_path(mixture, int(rng.choice(len(scores), p=scores / scores.sum())))


def mode_path(mixture: Mixture, mode: int) -> NDArray[np.float64]:
    """(H, 2) metres: the mean path of one mode, of a batch of one."""
    path: NDArray[np.float64] = mixture.paths()[0, mode].double().numpy()
    return path


def camera_for(encoder: EncoderConfig) -> CameraNeed:
    """The picture an encoder is best served with: the benchmark's, unless it reads a larger one."""
    if encoder.width_px <= CAMERA.width_px and encoder.height_px <= CAMERA.height_px:
        return CAMERA
    return CameraNeed(width_px=encoder.width_px, height_px=encoder.height_px)


class S2EAgent:
    """Drives with a trained policy; every camera frame is encoded once. Variants: :mod:`s2e_agent.deploy.variant`."""

    def __init__(self, checkpoint: str | None = None, variant: str = "") -> None:
        torch.set_num_threads(1)
        chosen = parse_variant(variant)
        if checkpoint is not None and chosen.weights:
            raise AgentCardError(f"'{chosen.name}' names its weights already: leave --weights out")
        if checkpoint is not None:
            chosen = chosen.model_copy(update={"weights": checkpoint})
        path = chosen.checkpoint or shipped_weights(SHIPPED_NAMES[chosen.weights])
        policy, facts, sha256 = load_policy(path)
        self.drive_with(policy, revision=str(facts["revision"]), weights=sha256, variant=chosen)

    @classmethod
    def of_policy(cls, policy: Policy, *, revision: str, variant: str = "") -> S2EAgent:
        """An agent of a policy in memory, without a file."""
        agent = cls.__new__(cls)
        agent.drive_with(policy.eval(), revision=revision, weights=None, variant=parse_variant(variant))
        return agent

    def drive_with(self, policy: Policy, *, revision: str, weights: str | None, variant: Variant) -> None:
        """Take up a policy."""
        self.policy, self.variant = policy, variant
        self._tokens: deque[Tensor] = deque(maxlen=policy.config.context)
        self._before: Tensor | None = None
        self._rng = stream("mode", 0)
        self._route: NDArray[np.float64] | None = None
        self._card = AgentCard(
            name=variant.name,
            revision=revision,
            description=variant.description,
            weights=weights,
            stochastic=variant.sample,
            needs=Needs(camera=camera_for(policy.config.encoder)),
            action=ActionSpec(kind="waypoints", horizon=policy.config.horizon, period_s=policy.config.period_s),
            decision_period_s=policy.config.period_s,
        )

    @property
    def card(self) -> AgentCard:
        """The camera for its encoder, waypoints 0.25 s apart, a decision every 0.25 s."""
        return self._card

    def reset(self, observation: Observation, *, seed: int, privileged: Privileged | None = None) -> None:
        """Forget the frames and the route of the last episode."""
        self._tokens.clear()
        self._before = None
        self._rng = stream("mode", seed)
        self._route = None

    def follow(self, route: NDArray[np.float64]) -> None:
        """From now on guide by a coarse route (N, 2), N >= 2: metres, in the frame of the start pose, as odometry is.

        Raises:
            AgentCardError: the policy takes no routes, or this is none.
        """
        if not self.policy.config.route_points:
            raise AgentCardError(f"the policy of '{self._card.name}' takes no route: choose one with route points")
        line = np.asarray(route, dtype=np.float64)
        if line.ndim != 2 or line.shape[1] != 2 or len(line) < 2 or not np.isfinite(line).all():
            raise AgentCardError(f"a route is (N, 2) finite places, N at least 2; this one is {line.shape}")
        self._route = line

    def act(self, observation: Observation, *, privileged: Privileged | None = None) -> Waypoints:
        """The path of one mode."""
        assert observation.rgb is not None
        picture = np.full_like(observation.rgb, GREY) if self.variant.blind else observation.rgb
        goal = np.asarray(observation.goal, dtype=np.float32)
        if self.variant.goal_free:
            goal = np.full_like(goal, np.nan)
        mixture = self.distribution(picture, goal, self._route_from(observation))
        path = drawn_path(mixture, self._rng) if self.variant.sample else likeliest_path(mixture)
        return Waypoints(path, self.policy.config.period_s)

    def _route_from(self, observation: Observation) -> NDArray[np.float32] | None:
        """The next places of the route (R, 2) in the robot frame."""
        if self._route is None:
            return None
        config, pose = self.policy.config, np.asarray(observation.odometry, dtype=np.float64)
        ahead = route_ahead(self._route, pose[:2], config.route_points, config.route_spacing_m)
        return to_robot_frame(ahead, pose).astype(np.float32)

    def distribution(
        self, picture: NDArray[np.uint8], goal: NDArray[np.float32], route: NDArray[np.float32] | None = None
    ) -> Mixture:
        """The mixture for the present picture (H, W, 3), goal (2,) and route (R, 2) after the frames since reset."""
        config = self.policy.config
        frame = torch.from_numpy(resized(picture, config.encoder.width_px, config.encoder.height_px).copy())
        sight = look(frame, frame if self._before is None else self._before, config.encoder.looks)
        self._before = frame
        with torch.inference_mode():
            self._tokens.append(self.policy.encoder(sight[None])[0])
            seen = list(self._tokens)
            tokens = torch.stack([seen[index] for index in history_indices(len(seen) - 1, config.context)])
            present = torch.ones(1, config.context, dtype=torch.bool)
            guides = torch.from_numpy(goal)[None], None if route is None else torch.from_numpy(route)[None]
            mixture: Mixture = self.policy.decode(tokens[None], present, *guides)
        return mixture
