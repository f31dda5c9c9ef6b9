"""Downloads from a server of our own: they go on, and are taken only as they are on record."""

from __future__ import annotations

import hashlib
import http.server
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from navbench_gs.errors import DigestMismatchError, WeightsError
from navbench_gs.weights.download import download, download_file, fetch_file
from navbench_gs.weights.publishers import PUBLICATIONS, Publication, PublishedFile

CONTENT = bytes(range(256)) * 40


class Shelf(http.server.BaseHTTPRequestHandler):
    """Serves CONTENT, also from a place within; a name that begins with ``broken`` breaks off half-way."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        start = int((self.headers.get("Range") or "bytes=0-").removeprefix("bytes=").removesuffix("-"))
        if start >= len(CONTENT):
            self.send_error(416)
            return
        self.send_response(206 if start else 200)
        self.send_header("Content-Length", str(len(CONTENT) - start))
        self.end_headers()
        whole = not self.path.startswith("/broken") or start
        self.wfile.write(CONTENT[start:] if whole else CONTENT[: len(CONTENT) // 2])
        self.close_connection = True

    def log_message(self, *_: object) -> None:
        """Be quiet."""


@pytest.fixture(scope="module")
def shelf() -> Iterator[str]:
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Shelf)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()


def on_record(url: str) -> PublishedFile:
    return PublishedFile("weights.pth", url, len(CONTENT), hashlib.sha256(CONTENT).hexdigest())


def test_a_file_arrives_whole(shelf, tmp_path):
    told: list[int] = []
    path = download_file(on_record(f"{shelf}/weights.pth"), tmp_path / "weights.pth", told.append)
    assert path.read_bytes() == CONTENT
    assert told[-1] == len(CONTENT)


def test_a_broken_download_goes_on(shelf, tmp_path):
    file, target = on_record(f"{shelf}/broken.pth"), tmp_path / "weights.pth"
    with pytest.raises(WeightsError, match="the same command goes on"):
        download_file(file, target)
    assert not target.exists()
    assert download_file(file, target).read_bytes() == CONTENT


def test_a_whole_file_is_not_fetched_again_but_checked(tmp_path):
    target = tmp_path / "weights.pth"
    target.write_bytes(CONTENT)
    assert download_file(on_record("http://127.0.0.1:9/nothing"), target) == target
    target.write_bytes(CONTENT[:-1] + b"!")
    with pytest.raises(DigestMismatchError, match="not the file on record"):
        download_file(on_record("http://127.0.0.1:9/nothing"), target)


def test_a_file_that_is_fetched_takes_the_place_of_what_lies_there(shelf, tmp_path):
    target = tmp_path / "weights.pth"
    target.write_bytes(b"of another revision")
    assert fetch_file(on_record(f"{shelf}/weights.pth"), target) == hashlib.sha256(CONTENT).hexdigest()
    assert target.read_bytes() == CONTENT


@pytest.mark.parametrize("wrong", [{"sha256": "0" * 64}, {"size": 100}], ids=["hash", "longer"])
def test_another_file_is_refused(wrong, shelf, tmp_path):
    with pytest.raises(DigestMismatchError):
        download_file(replace(on_record(f"{shelf}/weights.pth"), **wrong), tmp_path / "weights.pth")
    assert not (tmp_path / "weights.pth").exists()


def test_a_publisher_that_cannot_be_reached_is_one_line(tmp_path):
    with pytest.raises(WeightsError, match=r"cannot fetch http://127\.0\.0\.1:9/nothing"):
        download_file(on_record("http://127.0.0.1:9/nothing"), tmp_path / "weights.pth")


def test_a_file_on_the_hub_is_asked_for_at_its_revision_and_checked(tmp_path, monkeypatch):
    import huggingface_hub

    def serve(repository: str, name: str, *, repo_type: str, revision: str | None, local_dir: str) -> str:
        assert (repository, name, repo_type, revision) == ("owner/zoo", "S2E/s2e.onnx", "model", "abc")
        path = Path(local_dir) / name
        path.parent.mkdir(parents=True)
        path.write_bytes(CONTENT)
        return str(path)

    monkeypatch.setattr(huggingface_hub, "hf_hub_download", serve)
    file = replace(on_record("https://example.org"), name="S2E/s2e.onnx", repository="owner/zoo", revision="abc")
    made = Publication("made", "Made", "us", "MIT", "https://example.org", (file,))
    assert download(made, tmp_path) == (tmp_path / "S2E" / "s2e.onnx",)
    assert (tmp_path / "S2E" / "s2e.onnx").read_bytes() == CONTENT
    with pytest.raises(DigestMismatchError):
        download(replace(made, files=(replace(file, sha256="0" * 64),)), tmp_path)


def test_publications_are_complete():
    assert len({publication.name for publication in PUBLICATIONS}) == len(PUBLICATIONS)
    for publication in PUBLICATIONS:
        assert publication.licence
        assert publication.page.startswith("https://")
        for file in publication.files:
            assert file.sha256 is None or len(file.sha256) == 64
