"""The command ``s2e``: train the method, measure it, export it. Each command has a file of its own."""

from __future__ import annotations

from navbench_gs.cli.console import application

COMMANDS: dict[str, tuple[str, str]] = {
    "pretrain": ("s2e_agent.cli.pretrain:pretrain", "Anchor-guided pre-training on drives."),
    "finetune": ("s2e_agent.cli.finetune:finetune", "Post-training by reinforcement in the training world."),
    "sft": ("s2e_agent.cli.sft:sft", "Supervised fine-tuning on drives of the oracle, an ablation."),
    "study": ("s2e_agent.cli.ablation:study", "Train and compare all presets at equal environment cost."),
    "open-loop": ("s2e_agent.cli.evaluate:open_loop_command", "Displacement errors on held-out drives."),
    "drift": ("s2e_agent.cli.evaluate:drift_command", "How far weights drifted from others on pictures."),
    "ceiling": ("s2e_agent.cli.mode_oracle:ceiling", "Success rate when an oracle selects among the policy's modes."),
    "export": ("s2e_agent.cli.export:export_command", "Write weights as an ONNX graph."),
}
"""Name -> (where the command is, its line in the help)."""


@application("s2e", COMMANDS)
def main() -> None:
    """S2E: learning to navigate from seeing to experiencing."""


if __name__ == "__main__":
    main()
