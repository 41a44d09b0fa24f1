"""Who may import whom, and what an import may cost."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import striate

SOURCE = Path(striate.__file__).parent

# A room may import itself and the rooms named here. `view` reads all of them and only `lineage` and `cli` read it.
MAY_IMPORT = {
    "arithmetic": set(),
    "engine": {"arithmetic"},
    "functional": {"arithmetic", "engine"},
    "filters": {"arithmetic", "functional"},
    "nn": {"arithmetic", "engine", "functional"},
    "acceleration": {"arithmetic", "engine", "functional", "nn"},
    "graph": {"arithmetic", "engine", "functional", "nn", "acceleration"},
    "losses": {"arithmetic"},
    "models": {"arithmetic", "engine", "functional", "filters", "nn", "losses"},
    "data": {"arithmetic"},
    "runtimes": set(),
    "train": {"arithmetic", "engine", "functional", "nn", "losses", "models", "data", "runtimes", "words"},
    "exporting": {"arithmetic", "nn", "graph", "models", "data", "runtimes", "train"},
    "conversion": {"nn", "graph"},
    "words": set(),
    "parallel": {"arithmetic", "engine", "functional", "graph", "nn"},
    "tiling": {"arithmetic", "engine", "graph", "nn", "data", "runtimes", "train"},
    "view": {
        *("arithmetic", "engine", "functional", "filters", "nn", "acceleration", "graph", "losses", "models", "data"),
        *("train", "words"),
    },
    "lineage": {
        *("arithmetic", "engine", "functional", "filters", "nn", "graph", "losses", "models", "data", "train", "view"),
        "words",
    },
    "bench": {"arithmetic", "engine", "functional", "nn", "acceleration"},
    "cli": {
        *("arithmetic", "engine", "functional", "filters", "nn", "graph", "models", "data", "train", "view", "bench"),
        *("exporting", "lineage", "tiling", "words"),
    },
}


def rooms_imported(code):
    """Every room that a source file imports, anywhere in it; the package itself is no room."""
    for node in ast.walk(ast.parse(code)):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and not node.level:
            names = [f"{node.module}.{alias.name}" for alias in node.names]
        else:
            continue
        for name in names:
            parts = name.split(".")
            if parts[0] == "striate" and len(parts) > 1 and parts[1] in MAY_IMPORT:
                yield parts[1]


def offences(room, code):
    return set(rooms_imported(code)) - MAY_IMPORT[room] - {room}


def room_of(path):
    first = path.relative_to(SOURCE).parts[0]
    return first.removesuffix(".py")


def test_every_file_imports_only_what_its_room_may():
    found = set()
    for path in SOURCE.rglob("*.py"):
        room = room_of(path)
        if room == "__init__":
            continue
        found.add(room)
        assert not offences(room, path.read_text(encoding="utf-8")), path
    assert found == set(MAY_IMPORT)


@pytest.mark.parametrize(
    "code",
    [
        "import striate.nn as snn",
        "from striate import nn",
        "from striate.nn.conv import Conv2d",
        "def late():\n    from striate.nn import Conv2d",
    ],
)
def test_the_check_can_fail(code):
    assert offences("engine", code) == {"nn"}
    assert offences("models", code) == set()


def test_of_the_kernels_sources_the_operators_alone_include_torch():
    csrc = Path(__file__).parents[1] / "csrc"
    including = {path for path in csrc.rglob("*pp") if "#include <torch/" in path.read_text(encoding="utf-8")}
    assert {path.relative_to(csrc).parts[0] for path in including} == {"torch_ops"}


def loaded_by(statement):
    code = f"import sys; {statement}; print(*sorted(name for name in sys.modules if '.' not in name))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return set(done.stdout.split())


def test_arithmetic_loads_neither_torch_nor_numpy():
    assert not {"torch", "numpy"} & loaded_by("import striate.arithmetic")
    assert {"torch", "numpy"} <= loaded_by("import striate.functional")  # the check can fail


def test_importing_striate_loads_nothing_heavy():
    assert not {"torch", "numpy", "matplotlib", "rich", "typer", "PIL"} & loaded_by("import striate")


def test_training_loads_no_pictures_and_no_terminal():
    assert not {"matplotlib", "rich", "typer"} & loaded_by("import striate.train")


def test_public_names_exist():
    for name in striate.__all__:
        assert callable(getattr(striate, name)), name
    assert set(striate.__all__) <= set(dir(striate))
    with pytest.raises(AttributeError, match="module 'striate' has no attribute 'convolve'"):
        striate.convolve  # noqa: B018
