"""The command ``navbench``: a group that only knows its commands' names."""

from __future__ import annotations

from navbench_gs.cli.console import application

COMMANDS: dict[str, tuple[str, str]] = {
    "run": ("navbench_gs.cli.run:run", "Drive an agent through episodes, score and tabulate."),
    "score": ("navbench_gs.cli.score:score", "Score the recordings of a run again, without driving."),
    "merge": ("navbench_gs.cli.merge:merge", "Put the shards of a run together."),
    "robustness": ("navbench_gs.cli.robustness:robustness", "Compare perturbed runs of an agent with its clean one."),
    "list": ("navbench_gs.cli.list:list_", "List agents, scenes or tasks."),
    "scene": ("navbench_gs.cli.scene:scene", "Get scenes, make them of captures, check them, look at them."),
    "agent": ("navbench_gs.cli.agent:agent", "Write, check, serve agents; get published weights."),
    "drives": ("navbench_gs.cli.drives:drives", "Record drives to learn from."),
    "doctor": ("navbench_gs.cli.doctor:doctor", "Show versions, renderer, device, cache and plug-ins."),
}
"""Name -> (where the command is, its line in the help); plug-ins bring more (:mod:`navbench_gs.cli.plugins`)."""


@application("navbench", COMMANDS, plugins="")
def main() -> None:
    """Closed-loop evaluation of robot navigation policies in Gaussian-splat scenes."""


if __name__ == "__main__":
    main()
