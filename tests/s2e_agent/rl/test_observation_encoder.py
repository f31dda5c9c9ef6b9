import numpy as np
import torch

from s2e_agent.deploy.agent import S2EAgent
from s2e_agent.rl.observation_encoder import Perception

from ..small import small_policy


def test_many_robots_see_what_the_agent_sees_alone_also_after_a_start():
    policy = small_policy()
    frames = np.random.Generator(np.random.PCG64(0)).integers(0, 256, (6, 2, 24, 32, 3)).astype(np.uint8)
    goals = np.random.Generator(np.random.PCG64(1)).normal(size=(6, 2, 2)).astype(np.float32)
    perception, agents = Perception(policy), [S2EAgent.of_policy(policy, revision="x") for _ in range(2)]
    for t in range(6):
        started = torch.tensor([t == 0, t in (0, 4)])
        moment = perception.look({"rgb": torch.from_numpy(frames[t]), "goal": torch.from_numpy(goals[t])}, started)
        with torch.no_grad():
            together = policy.decide(moment.memory, moment.absent)
        for robot, agent in enumerate(agents):
            if started[robot]:
                agent.reset(None, seed=0)
            alone = agent.distribution(frames[t, robot], goals[t, robot])
            assert torch.allclose(together.means[robot], alone.means[0], atol=1e-5)
            assert torch.allclose(together.log_scores[robot], alone.log_scores[0], atol=1e-5)
