"""Every example in a docstring runs and gives what it says."""

import doctest
import importlib
from pathlib import Path

import pytest

import striate

PACKAGE = Path(striate.__file__).parent
MODULES = sorted(
    ".".join(("striate", *path.relative_to(PACKAGE).with_suffix("").parts)).removesuffix(".__init__")
    for path in PACKAGE.rglob("*.py")
    if path.stem != "__main__"
)


def examples(name):
    finder = doctest.DocTestFinder(exclude_empty=True)
    return [test for test in finder.find(importlib.import_module(name)) if test.examples]


@pytest.mark.parametrize("name", MODULES)
def test_examples_run(name):
    if name.startswith("striate.engine.gpu."):
        pytest.importorskip("triton", reason="the kernels for GPUs are written in Triton")
    for test in examples(name):
        assert doctest.DocTestRunner(optionflags=doctest.ELLIPSIS).run(test).failed == 0, test.name


def test_the_examples_are_found():
    assert {test.name for test in examples("striate.functional.conv")} >= {"striate.functional.conv.conv2d"}
