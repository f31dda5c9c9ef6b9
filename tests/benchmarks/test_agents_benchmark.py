"""A decision of the planning agents, and what freezing one episode costs."""

import numpy as np

from navbench_gs.agents.oracle.agent import OracleAgent
from navbench_gs.agents.reactive import ReactiveAgent
from navbench_gs.domain.observation import Observation
from navbench_gs.env import NavEnv
from navbench_gs.suite.sampling import sample_episode


def test_oracle_decides(benchmark, yard):
    env, agent = NavEnv(yard.scene, "obstacle_ped", rgb=False), OracleAgent()
    env.reset(options={"episode": yard.episode("obstacle_ped")})
    seen, given = env.observe(), env.privileged()
    agent.reset(seen, seed=0, privileged=given)
    benchmark(agent.act, seen, privileged=given)
    env.close()


def test_reactive_decides(benchmark):
    state = np.zeros(3, np.float32)
    depth = np.full((120, 160), 3.0, np.float32)
    seen = Observation(0.0, np.array([8.0, 0.0], np.float32), state[:2], state, depth=depth)
    agent = ReactiveAgent()
    agent.reset(seen, seed=0)
    benchmark(agent.act, seen)


def test_one_episode_is_sampled(benchmark, yard):
    benchmark.pedantic(sample_episode, (yard.scene, yard.terrain, "obstacle", 0), rounds=3)
