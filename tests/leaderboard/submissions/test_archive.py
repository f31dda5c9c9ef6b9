"""Hostile archives end in one line, within bounded memory, and leave nothing outside their folder."""

from __future__ import annotations

import io
import stat
import struct
import subprocess
import sys
import zipfile
import zlib
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from leaderboard.submissions.archive import unpack_archive
from navbench_gs.cli.main import main
from navbench_gs.errors import DamagedFileError, NavBenchError
from navbench_gs.store.recordings import read_recording


@pytest.fixture
def hostile(packed, tmp_path):
    """The honest submission with further entries."""

    def make(*entries: tuple[zipfile.ZipInfo | str, bytes], drop: str = "", method=zipfile.ZIP_DEFLATED) -> Path:
        path = tmp_path / "hostile.navbench.zip"
        with zipfile.ZipFile(packed) as honest, zipfile.ZipFile(path, "w", method) as archive:
            for entry in honest.infolist():
                if entry.filename != drop:
                    archive.writestr(entry, honest.read(entry))
            for name, content in entries:
                archive.writestr(name, content)
        return path

    return make


def refused(path: Path) -> str:
    """The one line that the command line says about a file."""
    result = CliRunner().invoke(main, ["submit", "verify", str(path)])
    assert result.exit_code == 2, result.output
    (line,) = result.stderr.splitlines()
    return line


@pytest.mark.parametrize(
    "name",
    [
        "../evil",
        "/etc/passwd",
        "trajectories/../../evil.npz",
        "trajectories/a-b-0.npz/../../x",
        "C:\\evil",
        "trajectories\\a-b-0.npz",
        "trajectories/yard_00-empty-0.npz\n",
        "trajectories/\u202egpj.npz",
        "extra.py",
        "results.jsonl/",
    ],
)
def test_names_that_do_not_belong_there_are_refused(hostile, tmp_path, name):
    line = refused(hostile((name, b"evil")))
    assert "is no part of a submission" in line or "is not a plain file" in line
    assert line.isascii()
    assert not (tmp_path / "evil").exists()


def test_symlinks_are_refused(hostile):
    link = zipfile.ZipInfo("trajectories/yard_00-empty-5.npz")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    assert "is not a plain file" in refused(hostile((link, b"/etc/passwd")))


def test_two_files_of_one_name_are_refused(hostile):
    with pytest.warns(UserWarning, match="Duplicate name"):
        path = hostile(("run.json", b"{}"))
    assert "two files called 'run.json'" in refused(path)


@pytest.mark.parametrize("name", ["run.json", "results.jsonl", "card.yaml", "digests.json"])
def test_a_part_that_is_absent_is_named(hostile, name):
    assert f"lacks {name}" in refused(hostile(drop=name))


def test_a_part_that_was_changed_or_added_after_packing_is_named(hostile, packed):
    with zipfile.ZipFile(packed) as honest:
        rows = honest.read("results.jsonl")
    changed = hostile(("results.jsonl", rows.replace(b'"index": 0', b'"index": 1')), drop="results.jsonl")
    assert "results.jsonl is not the file that was packed" in refused(changed)
    added = hostile(("trajectories/yard_00-empty-7.npz", b"x"))
    assert "trajectories/yard_00-empty-7.npz was added" in refused(added)


def test_other_packing_methods_and_encryption_are_refused(hostile, packed, tmp_path):
    path = hostile(("trajectories/yard_00-empty-5.npz", b"x"), method=zipfile.ZIP_LZMA)
    assert "packed by another method" in refused(path)
    data = bytearray(packed.read_bytes())
    data[data.rfind(b"PK\x01\x02") + 8] |= 1
    (tmp_path / "locked.navbench.zip").write_bytes(data)
    assert "encrypted" in refused(tmp_path / "locked.navbench.zip")


@pytest.mark.parametrize("cut", [0, 10, 1000])
def test_what_is_no_zip_file_is_refused(packed, tmp_path, cut):
    path = tmp_path / "cut.navbench.zip"
    path.write_bytes(packed.read_bytes()[:cut])
    assert "zip file" in refused(path)
    assert "cannot unpack" in refused(tmp_path / "absent.navbench.zip")


def zip_of_zeros(path: Path, name: str, size: int) -> Path:
    """A file of ``size`` zeros, packed; written by hand, in small memory."""
    squeezer, crc, block = zlib.compressobj(1, zlib.DEFLATED, -15), 0, bytes(1 << 20)
    packed = b""
    for _ in range(size >> 20):
        packed += squeezer.compress(block)
        crc = zlib.crc32(block, crc)
    packed += squeezer.flush()
    common = struct.pack("<HHHHHIIIHH", 20, 0, 8, 0, 33, crc, len(packed), size, len(name), 0)
    local = b"PK\x03\x04" + common + name.encode() + packed
    central = b"PK\x01\x02" + struct.pack("<H", 20) + common + struct.pack("<HHHII", 0, 0, 0, 0, 0) + name.encode()
    end = b"PK\x05\x06" + struct.pack("<HHHHIIH", 0, 0, 1, 1, len(central), len(local), 0)
    path.write_bytes(local + central + end)
    return path


@pytest.fixture(scope="session")
def bombs(tmp_path_factory) -> Path:
    """A folder of files that would take much if they were let."""
    folder = tmp_path_factory.mktemp("bombs")
    zip_of_zeros(folder / "large.navbench.zip", "results.jsonl", 64 << 20)
    entry = b"PK\x01\x02" + struct.pack("<HHHHHHIIIHHHHHII", 20, 20, 0, 0, 0, 33, 0, 0, 0, 6, 0, 0, 0, 0, 0, 0)
    central = b"".join(entry + f"{number:06d}".encode() for number in range(1_000_000))
    for name, count in (("many", 65535), ("many-hidden", 1)):
        end = b"PK\x05\x06" + struct.pack("<HHHHIIH", 0, 0, count, count, len(central), 0, 0)
        (folder / f"{name}.navbench.zip").write_bytes(central + end)
    zip_of_zeros(folder / "array.npz", "poses.npy", 64 << 20)
    header = io.BytesIO()
    np.lib.format.write_array_header_1_0(header, {"descr": "<f8", "fortran_order": False, "shape": (1 << 40, 3)})
    with zipfile.ZipFile(folder / "claims.npz", "w") as archive:
        archive.writestr("poses.npy", header.getvalue() + bytes(24))
    return folder


READ = """\
import resource, sys
from pathlib import Path
from leaderboard.submissions.archive import unpack_archive
from navbench_gs.errors import NavBenchError
from navbench_gs.store.recordings import read_recording
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
for path in sorted(Path(sys.argv[1]).iterdir()):
    try:
        read_recording(path) if path.suffix == ".npz" else unpack_archive(path, Path(sys.argv[2]) / path.name)
    except NavBenchError as error:
        print(path.name, error)
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
"""


def test_bombs_are_refused_within_bounded_memory(bombs, tmp_path):
    command = [sys.executable, "-c", READ, str(bombs), str(tmp_path)]
    *lines, grown_kb = subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()
    assert [line.split()[0] for line in lines] == sorted(path.name for path in bombs.iterdir())
    told = dict(line.split(" ", 1) for line in lines)
    assert "unpacks to more than" in told["large.navbench.zip"] and "unpacks to more than" in told["array.npz"]
    assert "more than 20,000 files" in told["many.navbench.zip"]
    assert "more than 20,000 files" in told["many-hidden.navbench.zip"]
    assert "does not have the bytes" in told["claims.npz"]
    assert int(grown_kb) < 50_000, f"reading hostile files took {grown_kb} kB"


def test_an_entry_that_is_longer_than_it_says_is_never_read_further(packed, tmp_path):
    data, path = bytearray(packed.read_bytes()), tmp_path / "liar.navbench.zip"
    place = data.rfind(b"PK\x01\x02", 0, data.rfind(b"results.jsonl")) + 24
    data[place : place + 4] = struct.pack("<I", 10)
    path.write_bytes(data)
    assert "cannot unpack" in refused(path)


@pytest.mark.parametrize(
    "value", [np.array([np.nan]), np.array([object()]), np.zeros((2, 2), "c8"), np.array("x" * 100), np.zeros(3, "V8")]
)
def test_recordings_of_strange_arrays_are_refused(driven, tmp_path, value):
    with np.load(driven / "trajectories" / "yard_00-empty-0.npz") as data:
        arrays = {name: data[name] for name in data}
    np.savez(tmp_path / "strange.npz", **(arrays | {"poses": value}), allow_pickle=True)
    with pytest.raises(DamagedFileError):
        read_recording(tmp_path / "strange.npz")


def test_any_flipped_byte_of_a_submission_is_refused_or_harmless(packed, tmp_path):
    data = packed.read_bytes()
    for number, place in enumerate(np.random.default_rng(0).integers(0, len(data), 40)):
        flipped = bytearray(data)
        flipped[place] ^= 0xFF
        path, folder = tmp_path / f"{number}.navbench.zip", tmp_path / str(number)
        path.write_bytes(flipped)
        try:
            unpack_archive(path, folder)
        except NavBenchError as error:
            assert len(str(error).splitlines()) == 1
        else:
            with zipfile.ZipFile(packed) as honest:
                assert all((folder / name).read_bytes() == honest.read(name) for name in honest.namelist())
