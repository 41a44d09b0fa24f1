import pytest
from samples import draw_shapes
from typer.testing import CliRunner

from striate.cli import app


@pytest.fixture(autouse=True)
def apart(tmp_path, monkeypatch):
    """Every test works in a folder of its own, on a terminal that does not wrap."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "200")


@pytest.fixture
def striate():
    """Run a command line in this process."""
    return lambda *words: CliRunner().invoke(app, [str(word) for word in words])


@pytest.fixture(scope="session")
def shapes_run(tmp_path_factory):
    """A run trained on three classes of PNGs of different sizes by the command line; what it printed; its data."""
    root = tmp_path_factory.mktemp("shapes")
    draw_shapes(root / "shapes", 60)
    words = [
        "train",
        "--data",
        root / "shapes",
        "--output",
        root / "run",
        "--epochs",
        "12",
        "--threads",
        "1",
        "--lr",
        "0.01",
    ]
    words += ["--batch-size", "12", "--image-size", "28", "--augment", "none"]
    result = CliRunner().invoke(app, [str(word) for word in words], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return root / "run", result.stdout, root / "shapes"
