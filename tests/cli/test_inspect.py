import csv
import json

import pytest

from striate import models

MODULE = """
from torch import nn

class Net(nn.Sequential):
    def __init__(self):
        super().__init__(nn.Conv2d(3, 4, 3), nn.ReLU())

def make():
    return Net()

made = Net()
number = 3
"""


@pytest.fixture
def file(tmp_path):
    (tmp_path / "net.py").write_text(MODULE)
    return tmp_path / "net.py"


def test_a_registered_model(striate, tmp_path):
    result = striate("inspect", "lenet5", "--no-measure", "--csv", "a.csv", "--json", "a.json", "--html", "a.html")
    assert (result.exit_code, result.stderr) == (0, "")
    assert "340,908 connections" in result.stdout
    rows = list(csv.DictReader((tmp_path / "a.csv").read_text().splitlines()))
    assert [row["output"] for row in rows if row["path"] == "c3"] == ["1x16x10x10"]
    assert json.loads((tmp_path / "a.json").read_text())["totals"]["parameters"] == 60_000
    assert (tmp_path / "a.html").read_text().count("<tr>") == len(rows) + 2


def test_another_size_of_a_registered_model(striate):
    result = striate("inspect", "lenet5-modern", "--no-measure", "--input", "2,3,40,36")
    assert result.exit_code == 0
    assert result.stdout.startswith("Sequential on 2x3x40x36")


def test_a_run(striate, shapes_run):
    result = striate("inspect", shapes_run[0], "--no-measure")
    assert result.exit_code == 0
    assert "on 1x3x28x28" in result.stdout


@pytest.mark.parametrize("name", ["Net", "make", "made"])
def test_a_module_in_a_file(striate, file, name):
    result = striate("inspect", f"{file}:{name}", "--input", "1,3,8,8", "--no-measure")
    assert (result.exit_code, result.stderr) == (0, "")
    assert "1x4x6x6" in result.stdout


@pytest.mark.parametrize(
    ("subject", "shape", "message"),
    [
        ("lenet", None, f"error: 'lenet' is no model ({', '.join(models.names())}), no run folder, and no module in a"),
        ("lenet5", "1,1", "error: input of lenet5 must be four numbers, N,C,height,width, but got (1, 1)"),
        ("lenet5", "1,x", "error: input must be whole numbers from 1, such as 1,3,224,224, but got '1,x'"),
        ("net.py:Net", None, "error: give the shape of the input that Net takes, such as --input 1,3,224,224"),
        ("net.py:Net", "1,2,8,8", "error: inputs of shape (1, 2, 8, 8) are refused by the model, a Net: "),
        ("net.py:Other", "1,3,8,8", "error: net.py has no 'Other'"),
        ("net.py:number", "1,3,8,8", "error: number in net.py gives a int, not a torch.nn.Module"),
        ("gone.py:Net", "1,3,8,8", "error: there is no file gone.py"),
    ],
)
def test_what_cannot_be_inspected(striate, file, subject, shape, message):  # noqa: ARG001
    result = striate("inspect", subject, *([] if shape is None else ["--input", shape]), "--no-measure")
    assert result.exit_code == 2
    assert result.stderr.startswith(message)
