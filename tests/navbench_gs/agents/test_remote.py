"""Agents across a connection: the rows of the same agent in process; a lost connection is an incident, never a row."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from contextlib import ExitStack, contextmanager
from dataclasses import fields
from pathlib import Path

import msgpack
import numpy as np
import pytest
from click.testing import CliRunner
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import connect
from websockets.sync.server import serve

from navbench_gs.agents import remote
from navbench_gs.agents.loading import load_agent
from navbench_gs.agents.oracle.agent import OracleAgent
from navbench_gs.agents.remote import TOKEN_VARIABLE, RemoteAgent
from navbench_gs.agents.serving import AgentServer
from navbench_gs.agents.straight import StraightAgent
from navbench_gs.cli.main import main
from navbench_gs.domain.action import Waypoints
from navbench_gs.domain.agent import ActionSpec, AgentCard
from navbench_gs.env import env_for_card
from navbench_gs.errors import AgentCardError, AgentUnreachableError, Incident
from navbench_gs.evaluation.rollout import agent_seed, run_episode
from navbench_gs.evaluation.row import result_of
from navbench_gs.store import RunFolder, comparable
from navbench_gs.verification.rescore import plan_of

EXAMPLE = Path(__file__).parents[3] / "docs" / "examples" / "serve_any_policy.py"


@pytest.fixture(autouse=True)
def _impatient(monkeypatch):
    monkeypatch.setattr(remote, "PATIENCE_S", 0.5)


@contextmanager
def listening(server, hang_up=lambda: None):
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"ws://127.0.0.1:{server.socket.getsockname()[1]}"
    finally:
        server.shutdown()
        hang_up()
        thread.join()


@pytest.fixture
def served():
    """Serves a factory of agents in this process; its address."""
    with ExitStack() as stack:

        def begin(make, *, token=None, port=0):
            answering = AgentServer(make, token)
            return stack.enter_context(listening(answering.listen("127.0.0.1", port), answering.hang_up))

        yield begin


class Weaves:
    """Answers with waypoints; what it does depends on its seed and on what it did before."""

    card = AgentCard(name="weaves", action=ActionSpec(kind="waypoints", horizon=3, period_s=0.4), stochastic=True)

    def reset(self, observation, *, seed, privileged=None):
        self.rng = np.random.default_rng(seed)

    def act(self, observation, *, privileged=None):
        steps = np.cumsum(self.rng.uniform(0.1, 0.4, (3, 1)), axis=0)
        return Waypoints(np.hstack([steps, self.rng.normal(0.0, 0.1, (3, 1))]), 0.4)


@pytest.mark.parametrize("name", ["Wanders", "Looks", "Raises", "Quits", "Stumbles", "Nan", "Shapeless", "Weaves"])
def test_an_episode_over_the_wire_is_the_episode_in_process(yard, misbehaving, served, name):
    make = Weaves if name == "Weaves" else getattr(misbehaving, name)
    episode = yard.episode("obstacle", goal=(-4.0, -6.0))
    recordings = []
    for agent in (make(), load_agent(served(make))):
        with env_for_card(yard.scene, "obstacle", agent.card, renderer="cpu") as env:
            recordings.append(run_episode(env, agent, episode, seed=2**63 + 11).trajectory)
    here, there = recordings
    for field in fields(here):
        assert np.array_equal(getattr(here, field.name), getattr(there, field.name)), field.name


def navbench_run(yard, agent, out):
    """Both episodes of the yard, by the command line."""
    what = ["run", "--agent", agent, "--task", "empty", "--suite", str(yard.scene.folder.parent), "--episodes", "all"]
    return CliRunner().invoke(main, [*what, "--workers", "1", "--out", str(out)])


def test_a_lost_connection_is_an_incident_and_the_resumed_run_has_the_rows_of_the_agent_in_process(
    yard, misbehaving, tmp_path
):
    lost = threading.Event()

    class Cut(misbehaving.Wanders):
        """Loses its connections a second into the first episode, once."""

        def act(self, observation, *, privileged=None):
            if observation.time_s >= 1.0 and not lost.is_set():
                lost.set()
                threading.Thread(target=answering.hang_up).start()
                time.sleep(0.2)
            return super().act(observation)

    def card_of_wanders():
        agent = Cut()
        agent.card = misbehaving.Wanders().card
        return agent

    answering = AgentServer(card_of_wanders)
    with listening(answering.listen("127.0.0.1", 0), answering.hang_up) as address:
        first = navbench_run(yard, address, tmp_path / "there")
        assert first.exit_code == 3, first.output
        assert [row.index for row in RunFolder.open(tmp_path / "there").rows()] == [1]  # it reconnected and went on
        incident = json.loads((tmp_path / "there" / "errors.jsonl").read_text())
        assert (incident["scene"], incident["index"]) == ("yard_00", 0) and address in incident["message"]
        assert navbench_run(yard, address, tmp_path / "there").exit_code == 0
    folder = RunFolder.open(tmp_path / "there")
    plan = plan_of(folder.manifest)
    with env_for_card(yard.scene, "empty", folder.manifest.card) as env:
        for key, episode in plan.episodes.items():
            driven = run_episode(env, misbehaving.Wanders(), episode, agent_seed(episode, plan.rules, 0))
            row = result_of(driven, episode, yard.scene, plan.manifest, plan.rules, plan.renderer)
            assert comparable(row) == comparable(next(row for row in folder.rows() if row.key == key))


def test_each_connection_has_an_agent_of_its_own(yard, misbehaving, served):
    made = []

    def make():
        made.append(misbehaving.Wanders())
        return made[-1]

    address = served(make)
    first, second = RemoteAgent(address), RemoteAgent(address)
    env = env_for_card(yard.scene, "empty", first.card)
    env.reset(options={"episode": yard.episode()})
    for agent in (first, second):
        agent.reset(env.observe(), seed=1)
    assert first.act(env.observe()) == second.act(env.observe())
    assert len(made) == 2 and len(first.own_ms) == 1
    env.close()


def test_a_server_that_came_back_is_found_and_another_agent_there_is_not_taken_for_it(yard, misbehaving):
    with env_for_card(yard.scene, "empty", AgentCard(name="x")) as env:
        env.reset(options={"episode": yard.episode()})
        observation = env.observe()
    for maker, outcome in ((misbehaving.Wanders, None), (StraightAgent, AgentUnreachableError)):
        before, after = AgentServer(misbehaving.Wanders), AgentServer(maker)
        with listening(before.listen("127.0.0.1", 0), before.hang_up) as address:
            agent = RemoteAgent(address)
            agent.reset(observation, seed=0)
        with pytest.raises(Incident):
            agent.act(observation)
        with listening(after.listen("127.0.0.1", int(address.rsplit(":", 1)[1])), after.hang_up):
            if outcome is None:
                agent.reset(observation, seed=0)
                agent.act(observation)
            else:
                with pytest.raises(outcome, match="now serves 'straight'"):
                    agent.reset(observation, seed=0)


def test_nobody_there_is_one_line(tmp_path):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"ws://127.0.0.1:{free.getsockname()[1]}"
    result = CliRunner().invoke(main, ["run", "--agent", address, "--task", "empty", "--out", str(tmp_path / "run")])
    assert result.exit_code == 3 and f"no agent answers at {address}" in result.stderr
    assert len(result.stderr.splitlines()) == 1 and not (tmp_path / "run").exists()


def test_a_privileged_agent_is_not_served_and_a_served_one_that_becomes_privileged_is_not_driven(served):
    with pytest.raises(AgentCardError, match="privileged"):
        AgentServer(OracleAgent)
    privileged = {**CARD, "needs": {"privileged": True}}
    with listening(serve(greeting(privileged), "127.0.0.1", 0)) as address, pytest.raises(AgentCardError, match="priv"):
        RemoteAgent(address)


CARD = AgentCard(name="stranger").model_dump(mode="json")


def greeting(card, protocol=1, then=None):
    """A server that says hello so, and answers everything with ``then``."""

    def converse(connection):
        connection.send(msgpack.packb({"type": "hello", "protocol": protocol, "card": card}))
        for _ in connection:
            connection.send(then)

    return converse


@pytest.mark.parametrize(
    ("card", "protocol", "reason"),
    [
        ({**CARD, "shell": "rm"}, 1, "shell: Extra inputs are not permitted"),
        ({**CARD, "decision_period_s": float("nan")}, 1, "decision_period_s"),
        ("card", 1, "the card"),
        (CARD, 2, "does not speak protocol 1"),
    ],
)
def test_a_hello_that_keeps_no_protocol_is_refused(card, protocol, reason):
    server = serve(greeting(card, protocol), "127.0.0.1", 0)
    with listening(server) as address, pytest.raises(AgentCardError, match=reason):
        RemoteAgent(address)


@pytest.mark.parametrize(
    "answer",
    [
        b"\xc1",
        "text",
        msgpack.packb({"type": "action"}),
        msgpack.packb({"type": "ready"}),
        msgpack.packb({"type": "incident", "error": "out of memory"}),
        b"\x00" * (2 << 20),
    ],
    ids=["no msgpack", "text", "no action", "wrong type", "incident", "2 MiB"],
)
def test_an_answer_that_makes_no_sense_is_an_incident(yard, answer):
    with listening(serve(greeting(CARD, then=answer), "127.0.0.1", 0)) as address:
        agent = RemoteAgent(address)
        with env_for_card(yard.scene, "empty", agent.card) as env:
            env.reset(options={"episode": yard.episode()})
            with pytest.raises(Incident):
                agent.act(env.observe())


def test_a_late_answer_is_an_incident(yard, monkeypatch):
    def silent(line):
        line.send(msgpack.packb({"type": "hello", "protocol": 1, "card": CARD}))
        line.recv()
        line.recv()

    with listening(serve(silent, "127.0.0.1", 0)) as address:
        agent = RemoteAgent(address)
        monkeypatch.setattr(remote, "REPLY_LIMIT_S", 0.1)
        with env_for_card(yard.scene, "empty", agent.card) as env:
            env.reset(options={"episode": yard.episode()})
            with pytest.raises(Incident, match=r"no reply within 0\.1 s"):
                agent.reset(env.observe(), seed=0)


def test_the_token_is_asked_for_and_never_in_the_address(served, monkeypatch):
    address = served(StraightAgent, token="s3cret")
    with pytest.raises(AgentCardError, match=TOKEN_VARIABLE):
        RemoteAgent(address)
    monkeypatch.setenv(TOKEN_VARIABLE, "wrong")
    with pytest.raises(AgentCardError, match="refuses the token"):
        RemoteAgent(address)
    monkeypatch.setenv(TOKEN_VARIABLE, "s3cret")
    assert RemoteAgent(address).card.name == "straight"


def test_health_is_answered_without_a_token(served):
    address = served(StraightAgent, token="s3cret")
    with urllib.request.urlopen(address.replace("ws", "http") + "/health", timeout=5) as answer:
        assert answer.headers["Content-Type"] == "application/json"
        assert json.load(answer) == {"status": "ok", "agent": "straight", "revision": "1", "protocol": 1}


def test_web_pages_hostile_messages_and_long_ones_are_turned_away(served):
    address = served(StraightAgent)
    with pytest.raises(InvalidStatus):
        connect(address, origin="https://evil.example", proxy=None)
    for message in (b"\xc1", msgpack.packb({"type": "act"}), "text", b"\x00" * ((64 << 20) + 1)):
        with connect(address, proxy=None, compression=None) as line, pytest.raises(ConnectionClosed):
            line.recv()
            line.send(message)
            line.recv(timeout=20)


def test_serve_listens_on_this_machine_only_unless_a_token_is_set():
    result = CliRunner().invoke(main, ["agent", "serve", "straight", "--host", "0.0.0.0"])
    assert result.exit_code == 2 and "set --token" in result.stderr
    result = CliRunner().invoke(main, ["agent", "serve", "oracle", "--port", "0"])
    assert result.exit_code == 2 and "privileged" in result.stderr


def test_the_example_serves_a_policy_with_websockets_msgpack_and_numpy_alone(yard):
    lines = EXAMPLE.read_text().splitlines()
    assert len([line for line in lines if line.strip()]) <= 40 and "navbench_gs" not in "".join(lines[3:])
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = subprocess.Popen([sys.executable, str(EXAMPLE), str(port)])
    try:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(remote, "PATIENCE_S", 20.0)
            agent = load_agent(f"ws://127.0.0.1:{port}")
        episode = yard.episode()
        with env_for_card(yard.scene, "empty", agent.card, renderer="cpu") as env:
            assert run_episode(env, agent, episode, seed=2**40).trajectory.ended == "success"
    finally:
        server.kill()
        server.wait()
