"""The workflows of a pull request: what is submitted is data, and what may write runs nothing that was submitted."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest
import yaml

WORKFLOWS = Path(__file__).parents[3] / ".github" / "workflows"


@pytest.fixture
def workflow():
    return lambda name: yaml.safe_load((WORKFLOWS / f"{name}.yml").read_text())


def test_the_job_that_reads_submissions_has_no_secret_and_runs_the_base_branch(workflow):
    verify = workflow("submission")
    text = (WORKFLOWS / "submission.yml").read_text()
    assert verify["permissions"] == {"contents": "read"} and "secrets." not in text
    assert "pull_request_target" not in text and "${{" not in steps(verify)["Verify"]["run"]
    trusted, submitted = (step["with"] for step in steps(verify).values() if "checkout" in step.get("uses", ""))
    assert trusted["ref"] == "${{ github.event.pull_request.base.sha }}" and not trusted["persist-credentials"]
    assert submitted["path"] == "submitted" and not submitted["persist-credentials"]
    assert steps(verify)["Install the base branch"]["run"] == "python -m pip install ./trusted"


def test_the_job_that_comments_checks_nothing_out(workflow):
    (job,) = workflow("submission-comment")["jobs"].values()
    assert [step["uses"].split("@")[0] for step in job["steps"]] == [
        "actions/download-artifact",
        "actions/github-script",
    ]
    assert workflow("submission-comment")["permissions"] == {"actions": "read", "pull-requests": "write"}


def steps(workflow) -> dict:
    (job,) = workflow["jobs"].values()
    return {step.get("name", str(number)): step for number, step in enumerate(job["steps"])}


def test_every_file_is_verified_and_links_are_not_followed(workflow, tmp_path):
    inbox = tmp_path / "submitted" / "leaderboard" / "inbox"
    inbox.mkdir(parents=True)
    (inbox / "a b.navbench.zip").touch()
    (inbox / "bad $(touch evil).navbench.zip").touch()
    (inbox / "link.navbench.zip").symlink_to("/etc/passwd")
    (inbox / "setup.py").touch()
    tool = tmp_path / "bin" / "navbench"
    tool.parent.mkdir()
    tool.write_text('#!/bin/sh\ncase "$3" in *bad*) exit 2;; esac\necho "$3" > "$5"\n')
    tool.chmod(0o755)
    script = steps(workflow("submission"))["Verify"]["run"]
    path = f"{tool.parent}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(["bash", "-eo", "pipefail", "-c", script], cwd=tmp_path, env={**os.environ, "PATH": path})
    assert done.returncode == 1
    found = {file.name: file.read_text().strip() for file in (tmp_path / "found").iterdir()}
    assert found == {
        "1.md": "../submitted/leaderboard/inbox/a b.navbench.zip",
        "2.md": "Submission 2 could not be read: see the log.",
    }
    assert not list(tmp_path.rglob("evil"))
