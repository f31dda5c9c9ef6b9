"""``navbench agent convert`` and ``fetch``, as a user runs them."""

from __future__ import annotations

import pytest
import torch
from click.testing import CliRunner

from navbench_gs.cli.main import main
from tests.navbench_gs.weights.test_published import tensors_of


def run(*arguments: str):
    return CliRunner().invoke(main, ["agent", *arguments])


@pytest.fixture(scope="module")
def gnm_file(tmp_path_factory):
    path = tmp_path_factory.mktemp("published") / "gnm_large.pth"
    torch.save(tensors_of("gnm"), path)
    return path


def test_convert_says_what_it_was_and_whose_hash_it_has(gnm_file, tmp_path):
    target = tmp_path / "gnm.safetensors"
    result = run("convert", str(gnm_file), "--to", str(target))
    assert result.exit_code == 0
    assert "GNM, 638 tensors" in result.output
    assert target.exists()
    again = run("convert", str(gnm_file), "--to", str(target))
    assert (again.exit_code, again.output.strip()) == (2, f"error: {target} exists; --force writes over it")
    assert run("convert", str(gnm_file), "--to", str(target), "--force").exit_code == 0


def test_a_file_that_is_none_is_one_line(tmp_path):
    page = tmp_path / "page.pth"
    page.write_text("<html>")
    result = run("convert", str(page), "--to", str(tmp_path / "page.safetensors"))
    assert result.exit_code == 2
    assert result.output.startswith(f"error: {page} is not read")
    assert len(result.output.strip().splitlines()) == 1


def test_fetch_lists_what_there_is():
    result = run("fetch")
    assert result.exit_code == 0
    assert {line.split()[0] for line in result.output.splitlines()} >= {"gnm", "vint", "nomad", "mbra", "citywalker"}


def test_fetch_prints_the_folder_where_there_is_no_direct_address(tmp_path):
    result = run("fetch", "vint", "--out", str(tmp_path))
    assert result.exit_code == 2
    assert "licence: MIT" in result.output
    assert "https://drive.google.com/drive/folders/1a9yWR2iooXFAqjQHetz263--4_2FFggg" in result.output


def test_fetch_downloads_checks_and_converts(gnm_file, tmp_path, monkeypatch):
    from navbench_gs.domain.record import file_digest
    from navbench_gs.weights import publishers

    file = publishers.PublishedFile("gnm.pth", gnm_file.as_uri(), gnm_file.stat().st_size, file_digest(gnm_file))
    made = publishers.Publication("made", "A made one", "us", "MIT", "https://example.org", (file,))
    monkeypatch.setattr(publishers, "PUBLICATIONS", (made,))
    result = run("fetch", "made", "--out", str(tmp_path))
    assert result.exit_code == 0, result.output
    assert (tmp_path / "made" / "gnm.safetensors").exists()
    assert file_digest(gnm_file) in result.output


def test_an_unknown_name_is_told_the_closest():
    result = run("fetch", "citywalkr")
    assert (result.exit_code, "did you mean 'citywalker'" in result.output) == (2, True)
