"""Draw the pictures of `arithmetic.md`: every command of the page is run, in this folder."""

import re
import shlex
from contextlib import chdir
from pathlib import Path

from typer.testing import CliRunner

from striate.cli import app

DOCS = Path(__file__).parent
PICTURES = Path("images") / "arithmetic"


def commands() -> list[list[str]]:
    """Return the words of the page's commands that draw a picture, without the program's name."""
    blocks = re.findall(r"```console\n(.*?)```", (DOCS / "arithmetic.md").read_text(encoding="utf-8"), re.DOTALL)
    lines = [shlex.split(line) for block in blocks for line in block.splitlines()]
    return [words[1:] for words in lines if "--svg" in words]


def draw(folder: Path) -> None:
    """Run the commands in a folder, where `images/arithmetic` must be; RuntimeError if one fails."""
    with chdir(folder):
        for words in commands():
            done = CliRunner().invoke(app, words)
            if done.exit_code:
                raise RuntimeError(f"{shlex.join(words)}: {done.output}")


if __name__ == "__main__":
    (DOCS / PICTURES).mkdir(exist_ok=True)
    draw(DOCS)
