"""The agent that knows everything, and what it knows; ``agents.oracle`` once was the module ``agent`` of today."""

from typing import TYPE_CHECKING

from navbench_gs.moved import moved_content

if not TYPE_CHECKING:
    __getattr__ = moved_content(__name__, "navbench_gs.agents.oracle.agent")
