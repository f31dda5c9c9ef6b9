"""The board: runs in, a ranking that says how sure it is out. Files only, no service."""

from leaderboard.moved_modules import MOVED_MODULES
from navbench_gs.moved import register

register(MOVED_MODULES)
