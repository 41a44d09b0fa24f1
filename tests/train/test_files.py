import errno
import os

import pytest

from striate.train.files import read_json, write_atomically, write_json


def test_content_replaces_what_was_there_and_leaves_nothing_beside_it(tmp_path):
    path = tmp_path / "value.bin"
    path.write_bytes(b"old and longer")
    write_atomically(path, b"new")
    assert path.read_bytes() == b"new"
    assert [entry.name for entry in tmp_path.iterdir()] == ["value.bin"]


def test_a_failure_before_the_rename_keeps_the_old_content(tmp_path, monkeypatch):
    path = tmp_path / "value.bin"
    path.write_bytes(b"old")

    def fail(_):
        raise OSError("disk full")

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(OSError, match="disk full"):
        write_atomically(path, b"new")
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_full_disk_is_named_with_the_file_and_nothing_is_left_on_it(tmp_path, monkeypatch):
    def fail(_):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(OSError, match=r"No space left on device: '.*value\.bin'$"):
        write_atomically(tmp_path / "value.bin", b"new")
    assert not list(tmp_path.iterdir())


def test_what_a_killed_writer_left_does_not_hinder_the_next(tmp_path):
    (tmp_path / ".value.bin.tmp").write_bytes(b"half of something much longer")
    write_atomically(tmp_path / "value.bin", b"new")
    assert (tmp_path / "value.bin").read_bytes() == b"new"


def test_json_comes_back(tmp_path):
    value = {"name": "Größe", "sizes": [1, 2.5, None]}
    write_json(tmp_path / "value.json", value)
    assert read_json(tmp_path / "value.json") == value


@pytest.mark.parametrize(
    ("content", "message"), [(b'{"a": 1', "is damaged"), (b"\xff\xfe", "is damaged"), (b"[1]", "holds a JSON list")]
)
def test_damaged_json_is_named(tmp_path, content, message):
    path = tmp_path / "value.json"
    path.write_bytes(content)
    with pytest.raises(ValueError, match=rf"value\.json {message}"):
        read_json(path)
