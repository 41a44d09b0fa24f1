"""The examples of the page on several processes run, and the options of its commands exist."""

import doctest
import re
import subprocess
import sys
from pathlib import Path

PAGE = Path(__file__).parents[2] / "docs" / "distributed.md"


def test_examples_run():
    done = doctest.testfile(str(PAGE), module_relative=False)
    assert done.attempted > 10
    assert done.failed == 0


def test_options_exist():
    blocks = re.findall(r"```console\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    commands = [line for block in blocks for line in block.splitlines() if line.startswith("torchrun")]
    assert len(commands) == 4
    words = [sys.executable, "-m", "striate.cli", "train", "--help"]
    offered = subprocess.run(words, capture_output=True, text=True, check=True).stdout
    asked = {word for command in commands for word in command.split("train", 1)[1].split() if word.startswith("--")}
    assert asked == {"--fsdp", "--output"}
    for option in (*asked, "--accumulate", "--batch-size", "--resume"):
        assert option in offered
