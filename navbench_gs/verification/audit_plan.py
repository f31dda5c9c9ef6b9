"""What a run that others shall believe must have driven: every scene of its suite, the first episodes of each."""

from __future__ import annotations

from collections.abc import Iterator

from navbench_gs.domain.rules import RULES_V0, Rules
from navbench_gs.domain.run import RunManifest
from navbench_gs.errors import AgentCardError, DigestMismatchError, UnknownNameError, printable
from navbench_gs.evaluation.plan import Plan, chosen_scenes
from navbench_gs.suite.catalog import suite_names
from navbench_gs.suite.episodes import load_episodes
from navbench_gs.verification.rescore import plan_of


def trusted_plan(manifest: RunManifest, *, suite: str | None = None, rules: Rules = RULES_V0) -> Plan:
    """The plan of a stranger's run, from the scenes and episodes of this machine.

    Args:
        manifest: what the stranger says was driven.
        suite: where the suite lies on this machine; None takes the shipped one that the manifest names.
        rules: the rules that scores must be of.

    Raises:
        DigestMismatchError: it was driven under other rules, or an episode is not the one it claims to be.
        UnknownNameError: its suite is none of the shipped ones, or lacks one of its scenes.
    """
    if manifest.rules != rules.digest():
        raise DigestMismatchError(f"driven under rules {printable(manifest.rules)}, not {rules.digest()}")
    if suite is None and manifest.config.suite not in suite_names():
        raise UnknownNameError("suite", printable(manifest.config.suite), suite_names())
    config = manifest.config.model_copy(update={"suite": suite or manifest.config.suite})
    return plan_of(manifest.model_copy(update={"config": config}), rules)


def plan_faults(plan: Plan) -> Iterator[str]:
    """What keeps a run from being whole, one line each: picked scenes or episodes, a shard."""
    manifest, config = plan.manifest, plan.manifest.config
    try:
        plan.rules.clock.ticks_per_decision(manifest.card.decision_period_s)
    except AgentCardError as error:
        yield f"has an impossible clock: {error}"
    if manifest.shard is not None:
        yield f"is shard {manifest.shard[0] + 1}/{manifest.shard[1]} of a run: merge the shards first"
    suite = {scene.scene_id: scene for scene in chosen_scenes(config.suite, ())}
    owed = [
        (scene_id, task, episode.index)
        for scene_id, scene in suite.items()
        for task in config.tasks
        for episode in load_episodes(scene, task)[: config.episodes]
    ]
    planned = [entry[:3] for entry in manifest.planned]
    lacking = [key for key in owed if key not in plan.episodes]
    if len(set(planned)) < len(planned):
        yield "plans an episode twice"
    if lacking:
        yield (
            f"leaves out {len(lacking)} of the {len(owed)} episodes that its tasks have in '{config.suite}' "
            f"(first: {'-'.join(map(str, lacking[0]))}); drive every scene"
        )
    extra = [key for key in planned if key not in set(owed)]
    if extra:
        yield f"plans {'-'.join(map(str, extra[0]))}, which its options do not ask for"
