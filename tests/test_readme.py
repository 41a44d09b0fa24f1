"""README says what is so: its Python runs, its commands exist, and CI runs its test command."""

import doctest
import re
import shlex
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")


def commands():
    blocks = re.findall(r"```console\n(.*?)```", README, re.DOTALL)
    return [line.split("   #")[0].strip() for block in blocks for line in block.splitlines()]


def test_python_blocks_run():
    text = "\n".join(re.findall(r"```python\n(.*?)```", README, re.DOTALL))
    example = doctest.DocTestParser().get_doctest(text, {}, "README.md", None, None)
    assert len(example.examples) > 20
    assert doctest.DocTestRunner().run(example).failed == 0


def test_commands_and_their_options_exist():
    verbs = [shlex.split(part) for command in commands() for part in command.split("&&") if "striate " in part]
    verbs = [words for words in verbs if words[0] == "striate"]
    expected = "train predict evaluate compare explain inspect filter arithmetic models lineage neocognitron"
    assert {words[1] for words in verbs} == {*expected.split(), "sparse-code", "pretrain", "tile", "export"}
    for _, verb, *rest in verbs:
        done = subprocess.run(
            [sys.executable, "-m", "striate.cli", verb, "--help"], capture_output=True, text=True, check=True
        )
        for option in (word for word in rest if word.startswith("--")):
            assert option in done.stdout, (verb, option)


def test_the_configuration_command_runs():
    (command,) = [command for command in commands() if command.startswith("python -c")]
    done = subprocess.run([sys.executable, *shlex.split(command)[1:]], capture_output=True, text=True, check=True)
    assert "kernels compiled" in done.stdout


def test_ci_runs_the_test_command():
    second = [command for command in commands() if command.startswith("pip install")][1]
    assert second.endswith("pytest")
    assert second in (ROOT / ".ci" / "run").read_text(encoding="utf-8")


def test_pictures_are_there():
    pictures = re.findall(r"!\[.+?\]\((.+?)\)", README)
    assert pictures
    for picture in pictures:
        assert (ROOT / picture).read_bytes().startswith(b"\x89PNG"), picture
