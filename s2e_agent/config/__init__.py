"""What the stages of the method are set to; ``s2e_agent.config`` once was the module ``pretraining`` of today."""

from typing import TYPE_CHECKING

from navbench_gs.moved import moved_content

if not TYPE_CHECKING:
    __getattr__ = moved_content(__name__, "s2e_agent.config.pretraining")
