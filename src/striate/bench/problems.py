"""The problem files: one convolution a line, in the text form of `engine.problem`, and `#` comments."""

import os
from pathlib import Path

from striate.arithmetic.arguments import choice
from striate.engine.problem import Problem


def problem_folder() -> Path:
    """Return the folder of the files that come with striate: in the package if installed, else in the clone."""
    here = Path(__file__).parent
    folders = [here / "problems", here.parents[2] / "problems"]
    found = next((folder for folder in folders if folder.is_dir()), None)
    if found is None:
        raise FileNotFoundError(f"striate's problem files are in neither {folders[0]} nor {folders[1]}")
    return found


def network_names() -> tuple[str, ...]:
    """Return the networks that have a file, in alphabetical order."""
    return tuple(sorted(path.stem for path in problem_folder().glob("*.txt")))


def read_problems(source: str | os.PathLike[str]) -> list[Problem]:
    """Read a problem file.

    Args:
        source: a network's name, such as `"vgg16"`, or the path of a file.

    Raises:
        ValueError: no such name or file, or a line that is no problem; the line is named.

    >>> read_problems("lenet")[1].output_shape
    (64, 16, 10, 10)
    """
    path = Path(source)
    if not path.is_file():
        path = problem_folder() / f"{choice(str(source), network_names(), 'problems')}.txt"
    problems = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        if not line.strip() or line.startswith("#"):
            continue
        try:
            problems.append(Problem.parse(line))
        except ValueError as error:
            raise ValueError(f"{path}, line {number}: {error}") from None
    return problems
