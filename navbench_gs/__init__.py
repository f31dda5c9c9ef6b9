"""NavBench-GS: closed-loop evaluation of navigation policies in Gaussian-splat scenes.

Importing this package registers the gymnasium ids and loads neither torch, pybullet nor any wing.
"""

from navbench_gs.moved import register as register_moved
from navbench_gs.moved_modules import MOVED_MODULES
from navbench_gs.registration import register_all

__version__ = "0.1.0"

register_moved(MOVED_MODULES)
register_all()
