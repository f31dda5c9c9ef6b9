"""The S2E method: pre-training, residual modules on top, and the agent that drives with both."""

from navbench_gs.moved import register
from s2e_agent.moved_modules import MOVED_MODULES

register(MOVED_MODULES)
