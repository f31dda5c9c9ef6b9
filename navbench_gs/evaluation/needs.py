"""What an agent's declared needs mean for a run."""

from __future__ import annotations

from navbench_gs.domain.agent import Needs

NO_PICTURE = "none"


def sees(needs: Needs) -> bool:
    """Whether any picture must be rendered for an agent with these needs."""
    return needs.camera is not None or needs.depth or needs.goal_image or needs.route_images


def needs_text(needs: Needs) -> str:
    """The needs as one short text for a table, for example ``rgb 160x120, goal image``."""
    parts = [f"rgb {needs.camera.width_px}x{needs.camera.height_px}"] if needs.camera else []
    parts += [
        name.replace("_", " ")
        for name in ("depth", "goal_image", "route_images", "goal_heading")
        if getattr(needs, name)
    ]
    if needs.privileged:
        parts.append("privileged")
    return ", ".join(parts) or "goal point"
