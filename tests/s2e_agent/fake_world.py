"""A test double of the training world: no scene, a wall ahead at times, the same contract."""

import torch

WIDTH, HEIGHT = 32, 24
TIME_LIMIT = 12
DISTANCE_M = 2.0


class FakeWorld:
    """N robots on an empty plane whose goal lies 2 m ahead; driving faster than 1 m/s counts as a contact."""

    def __init__(self, robots=4, seed=0):
        self.num_envs = robots
        self.closed = False

    def reset(self, *, seed=None):
        self._generator = torch.Generator().manual_seed(0 if seed is None else seed)
        self._places = torch.zeros(self.num_envs, 3)
        self._velocity = torch.zeros(self.num_envs, 2)
        self._age = torch.zeros(self.num_envs, dtype=torch.long)
        self._contacts = torch.zeros(self.num_envs)
        self._over = torch.zeros(self.num_envs, dtype=torch.bool)
        return self._observation(), {}

    def step(self, actions):
        commands = actions if actions.ndim == 2 else (actions[:, 0].norm(dim=-1) / 0.25)[:, None].expand(-1, 2)
        started = self._over.clone()
        before = self._left()
        speed, yaw_rate = commands[:, 0].clamp(0, 1.2), commands[:, 1].clamp(-1.2, 1.2)
        yaw = self._places[:, 2] + 0.25 * yaw_rate
        move = 0.25 * speed[:, None] * torch.stack([yaw.cos(), yaw.sin()], dim=-1)
        moved = torch.cat([self._places[:, :2] + move, yaw[:, None]], dim=-1)
        self._places = torch.where(started[:, None], torch.zeros(3), moved)
        velocity = torch.stack([speed, yaw_rate], dim=-1)
        self._velocity = torch.where(started[:, None], torch.zeros(2), velocity)
        self._age = torch.where(started, 0, self._age + 1)
        success = (self._left() < 1.0) & ~started
        truncated = (self._age >= TIME_LIMIT) & ~success
        progress = (before - self._left()) * ~started
        contact = (speed > 1.0) & ~started
        self._contacts = torch.where(started, 0.0, self._contacts + contact)
        self._over = success | truncated
        return self._observation(), progress, success, truncated, self._infos(progress, success, contact, started)

    def blind(self, robots):
        """Pictures are grey here anyhow."""

    def outlook(self, paths):
        """Nobody about, no walls; a quarter of what lies ahead of the robots is gain."""
        return {
            "points": paths,
            "solid_distance_m": torch.full(paths.shape[:-1], 9.0),
            "gain_m": paths[..., 0] / 4.0,
            "pedestrians": torch.zeros(self.num_envs, paths.shape[2], 0, 2),
            "touching_solid": torch.zeros(self.num_envs, dtype=torch.bool),
        }

    def set_progress(self, progress):
        self.progress = progress

    def close(self):
        self.closed = True

    def _left(self):
        return (torch.tensor([DISTANCE_M, 0.0]) - self._places[:, :2]).norm(dim=-1)

    def _observation(self):
        offset = torch.tensor([DISTANCE_M, 0.0]) - self._places[:, :2]
        cos, sin = self._places[:, 2].cos(), self._places[:, 2].sin()
        goal = torch.stack([cos * offset[:, 0] + sin * offset[:, 1], cos * offset[:, 1] - sin * offset[:, 0]], dim=-1)
        noise = torch.randint(0, 200, (self.num_envs, HEIGHT, WIDTH, 3), generator=self._generator)
        return {"rgb": noise.byte(), "goal": goal, "velocity": self._velocity}

    def _infos(self, progress, success, contact, started):
        far, ended = torch.full((self.num_envs,), 5.0), self._over
        return {
            "cost_to_go_m": self._left(),
            "progress_m": progress,
            "success": success,
            "contact": contact,
            "contact_kind": contact.long() * 2,
            "touching": contact,
            "solid_clearance_m": far,
            "edge_clearance_m": far,
            "off_walkable": torch.zeros_like(success),
            "pedestrian_gap_m": torch.full((self.num_envs,), torch.inf),
            "started": started,
            "ended": ended,
            "episode_scene": torch.arange(self.num_envs) % 3,
            "episode_success": success.float(),
            "episode_strict_success": (success & (self._contacts == 0)).float(),
            "episode_contacts": self._contacts * ended,
            "episode_route_completion": success.float(),
            "episode_length": self._age * ended,
        }
