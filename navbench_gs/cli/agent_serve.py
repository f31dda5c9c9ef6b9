"""``navbench agent serve``: answer for an agent in this process to runs in others."""

from __future__ import annotations

import ipaddress
import os

import click


@click.command()
@click.argument("name")
@click.option("--port", default=8765, show_default=True, type=click.IntRange(0, 65535), help="0: any free one.")
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on; others need a token.")
@click.option("--token", envvar="NAVBENCH_AGENT_TOKEN", show_envvar=True, help="Ask clients for this token.")
@click.option("--weights", "checkpoint", metavar="FILE", help="Weights to use instead of the agent's own.")
def serve(name: str, port: int, host: str, token: str | None, checkpoint: str | None) -> None:
    """Serve the agent NAME; drive it elsewhere with --agent ws://HOST:PORT.

    Runs find the token in the environment variable NAVBENCH_AGENT_TOKEN.
    """
    if not token and not is_loopback(host):
        raise click.UsageError(f"{host} can be reached from other machines: set --token, or listen on 127.0.0.1")
    os.environ.setdefault("OMP_NUM_THREADS", "1")

    from navbench_gs.agents.loading import load_agent
    from navbench_gs.agents.serving import AgentServer

    answering = AgentServer(lambda: load_agent(name, checkpoint=checkpoint), token or None)
    server = answering.listen(host, port)
    bound, card = server.socket.getsockname()[1], answering.card
    shown = f"[{host}]" if ":" in host else host
    click.echo(f"{card.name} {card.revision} is served at ws://{shown}:{bound} (health: http://{shown}:{bound}/health)")
    try:
        server.serve_forever()
    finally:
        server.shutdown()
        answering.hang_up()


def is_loopback(host: str) -> bool:
    """Whether only this machine reaches a host name."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
