"""The compiled library is found, or its absence is said once."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import torch

import striate
from striate.engine import _load


def test_the_library_is_there():
    assert _load.has_kernels()
    assert _load.ops() is torch.ops.striate
    assert _load.ops().abi_version() == _load.ABI_VERSION


def test_every_folder_of_the_package_is_searched(monkeypatch, tmp_path):
    """An editable install has the sources in one folder and the library in another."""
    sources, built = tmp_path / "sources", tmp_path / "built"
    sources.mkdir()
    built.mkdir()
    monkeypatch.setattr(sys.modules["striate.engine"], "__path__", [str(sources), str(built)])
    assert _load.library_path() is None
    (built / _load.LIBRARY).write_bytes(b"")
    assert _load.library_path() == built / _load.LIBRARY


WITHOUT_LIBRARY = """
import importlib.machinery, sys, warnings
sys.path.insert(0, sys.argv[1])
sys.meta_path.insert(0, importlib.machinery.PathFinder)  # before the finder of an editable install
with warnings.catch_warnings(record=True) as caught:
    warnings.simplefilter("always")
    import striate
    from striate.engine import _load
    found = _load.has_kernels(), _load.isa_found()
print(striate.__file__, *found, [(w.category.__name__, w.filename == __file__) for w in caught], sep="\\n")
print(caught[0].message)
try:
    _load.ops()
except RuntimeError as error:
    print(error)
"""


def test_without_the_library_there_is_one_warning(tmp_path):
    package, script = tmp_path / "striate", tmp_path / "user.py"
    shutil.copytree(
        Path(striate.__file__).parent, package, ignore=shutil.ignore_patterns("*.so", "*.gz", "__pycache__")
    )
    script.write_text(WITHOUT_LIBRARY)
    run = subprocess.run([sys.executable, script, tmp_path], capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr
    file, found, isa, caught, message, error = run.stdout.splitlines()
    assert Path(file).parent == package
    assert (found, isa) == ("False", "baseline")
    assert caught == "[('RuntimeWarning', True)]"
    assert message.startswith(f"striate's compiled kernels are not used: there is no _kernels.so in {package}")
    assert "pip install ." in message
    assert error.startswith(f"striate's compiled kernels are missing: there is no _kernels.so in {package}")
    assert "pip install ." in error


def test_a_library_that_cannot_be_loaded_is_named(monkeypatch, tmp_path):
    foreign = tmp_path / _load.LIBRARY
    foreign.write_text("not a library")
    monkeypatch.setattr(_load, "library_path", lambda: foreign)
    with pytest.warns(RuntimeWarning, match=f"{foreign} cannot be loaded") as caught:
        trouble = _load._load.__wrapped__()
    assert str(foreign) in trouble
    assert caught[0].filename == __file__


def test_a_library_of_another_version_is_refused(monkeypatch):
    found = _load.ops().abi_version()
    monkeypatch.setattr(_load, "ABI_VERSION", 99)
    with pytest.warns(RuntimeWarning, match=f"has interface {found}, and this version of striate needs 99"):
        assert _load._load.__wrapped__() is not None


@pytest.mark.parametrize(
    ("machine", "found", "wanted", "used"),
    [
        ("x86_64", "avx512", None, "avx512"),
        ("x86_64", "avx512", "", "avx512"),
        ("x86_64", "avx512", "avx2", "avx2"),
        ("x86_64", "avx2", "baseline", "baseline"),
        ("x86_64", "avx2", "avx512", "avx2"),
        ("aarch64", "neon", None, "neon"),
        ("arm64", "neon", "baseline", "baseline"),
    ],
)
def test_the_environment_narrows_the_instructions(monkeypatch, machine, found, wanted, used):
    monkeypatch.setattr(_load.platform, "machine", lambda: machine)
    monkeypatch.setattr(_load, "isa_found", lambda: found)
    monkeypatch.delenv("STRIATE_ISA", raising=False)
    if wanted is not None:
        monkeypatch.setenv("STRIATE_ISA", wanted)
    assert _load.isa_used() == used


def test_unknown_instructions_are_refused(monkeypatch):
    monkeypatch.setattr(_load.platform, "machine", lambda: "x86_64")
    monkeypatch.setenv("STRIATE_ISA", "sse")
    with pytest.raises(ValueError, match=r"STRIATE_ISA must be one of baseline, avx2, avx512 .* but is 'sse'"):
        _load.isa_used()
