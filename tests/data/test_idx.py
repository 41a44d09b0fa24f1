import gzip
import struct

import numpy as np
import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from striate.data import read_idx

CODES = {torch.uint8: 8, torch.int8: 9, torch.int16: 11, torch.int32: 12, torch.float32: 13, torch.float64: 14}


def write_idx(path, tensor, compress=False):
    """The format's definition, written apart from the reader."""
    elements = tensor.numpy()
    header = bytes([0, 0, CODES[tensor.dtype], tensor.ndim]) + b"".join(struct.pack(">I", n) for n in tensor.shape)
    body = b"".join(struct.pack(f">{elements.dtype.char}", value) for value in elements.ravel().tolist())
    path.write_bytes(gzip.compress(header + body) if compress else header + body)
    return path


@st.composite
def tensors(draw):
    dtype = draw(st.sampled_from(["u1", "i1", "i2", "i4", "f4", "f8"]))
    shape = draw(hnp.array_shapes(min_dims=0, max_dims=4, min_side=0, max_side=4))
    return torch.from_numpy(draw(hnp.arrays(dtype, shape)))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(tensor=tensors(), compress=st.booleans())
def test_any_tensor_reads_back(tmp_path, tensor, compress):
    found = read_idx(write_idx(tmp_path / "any", tensor, compress))
    assert found.dtype == tensor.dtype
    assert found.shape == tensor.shape
    assert np.array_equal(found.numpy(), tensor.numpy(), equal_nan=tensor.is_floating_point())


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data(), tensor=tensors())
def test_every_cut_is_found(tmp_path, data, tensor):
    path = write_idx(tmp_path / "cut", tensor)
    content = path.read_bytes()
    kept = data.draw(st.integers(0, len(content) - 1))
    path.write_bytes(content[:kept])
    with pytest.raises(ValueError, match="truncated"):
        read_idx(path)


def test_result_is_writable(tmp_path):
    found = read_idx(write_idx(tmp_path / "labels", torch.tensor([5, 0, 4], dtype=torch.uint8)))
    found[0] = 7
    assert found.tolist() == [7, 0, 4]


def test_missing_file(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"path: no IDX file '.*absent'"):
        read_idx(tmp_path / "absent")


def test_folder(tmp_path):
    with pytest.raises(ValueError, match=r"is a folder, expected one IDX file; striate\.data\.load reads folders"):
        read_idx(tmp_path)


def test_truncated_says_both_counts(tmp_path):
    path = write_idx(tmp_path / "images", torch.arange(24, dtype=torch.int32).reshape(2, 3, 4))
    path.write_bytes(path.read_bytes()[:-5])
    with pytest.raises(ValueError, match=r"truncated, 107 bytes came, the header \(2, 3, 4\) of >i4 promised 112"):
        read_idx(path)


def test_trailing_bytes(tmp_path):
    path = write_idx(tmp_path / "labels", torch.tensor([3, 1], dtype=torch.uint8))
    path.write_bytes(path.read_bytes() + b"xyz")
    with pytest.raises(ValueError, match=r"3 trailing bytes, 13 bytes came, .* promised 10"):
        read_idx(path)


def test_empty_file(tmp_path):
    (tmp_path / "empty").touch()
    with pytest.raises(ValueError, match="truncated, the file is empty"):
        read_idx(tmp_path / "empty")


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (b"\x89PNG\r\n\x1a\n", "89 50 4e 47, .*a PNG image"),
        (b"\xff\xd8\xff\xe0JFIF", "ff d8 ff e0, .*a JPEG image"),
        (b"PK\x03\x04....", "50 4b 03 04, .*a zip archive"),
        (b"<!DOCTYPE html>", "3c 21 44 4f, .*a web page"),
        (b"version https://git-lfs.github.com/spec/v1", "Git LFS pointer"),
        (b"\0\0\x0a\x01", r"00 00 0a 01, expected 00 00, a type code \(08, 09, 0b, 0c, 0d, 0e\) and the rank$"),
        (b"\x03\x08\0\0", "03 08 00 00, expected 00 00"),
    ],
)
def test_foreign_file(tmp_path, content, what):
    (tmp_path / "foreign").write_bytes(content)
    with pytest.raises(ValueError, match=f"not an IDX file, its first bytes are .*{what}"):
        read_idx(tmp_path / "foreign")


@pytest.mark.parametrize("sizes", [[0] * 70, [0, 2**32 - 1, 2**32 - 1, 2**32 - 1]])
def test_sizes_that_no_tensor_can_have(tmp_path, sizes):
    (tmp_path / "huge").write_bytes(bytes([0, 0, 8, len(sizes)]) + struct.pack(f">{len(sizes)}I", *sizes))
    with pytest.raises(ValueError, match="huge: no tensor can have the header's sizes"):
        read_idx(tmp_path / "huge")


@pytest.mark.parametrize("damage", [lambda c: c[:-20], lambda c: c[:3], lambda c: c[:30] + b"\xff" * 9 + c[39:]])
def test_corrupt_gzip(tmp_path, damage):
    labels = torch.randint(0, 10, (500,), generator=torch.Generator().manual_seed(1)).to(torch.uint8)
    path = write_idx(tmp_path / "labels.gz", labels, compress=True)
    path.write_bytes(damage(path.read_bytes()))
    with pytest.raises(ValueError, match=r"labels\.gz: corrupt or truncated gzip of \d+ bytes \(.+\); fetch"):
        read_idx(path)
