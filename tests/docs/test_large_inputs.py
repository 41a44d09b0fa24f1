"""The examples of the page on large inputs run and give what they say."""

import doctest
from pathlib import Path

PAGE = Path(__file__).parents[2] / "docs" / "large_inputs.md"


def test_examples_run():
    done = doctest.testfile(str(PAGE), module_relative=False)
    assert done.attempted > 5
    assert done.failed == 0
