import subprocess
import sys

import pytest
import torch
from rich.console import Console

from striate.arithmetic import Geometry, convolution_cost


def lines(striate, *words):
    result = striate("arithmetic", *words)
    assert (result.exit_code, result.stderr) == (0, ""), result.output
    return result.stdout.splitlines()


def test_sizes_and_the_first_position(striate):
    assert lines(striate, "--input", 7, "--kernel", 3, "--stride", 2, "--padding", "same", "--ndim", 1) == [
        "output size: floor((7 + 1 + 1 - 1*(3 - 1) - 1) / 2) + 1 = 4",
        "an output sees 3 elements, the next begins 2 later",
        "",
        "input 7",
        "[0][∙][∙] ∙  ∙  ∙  ∙  ∙  0",
        "output 4",
        "[∙] ∙  ∙  ∙",
        "output (0) reads 2 inputs and 1 zero",
        "0 zero, outside the input",
    ]


def test_axes_that_differ_are_told_apart(striate):
    words = ["--input", "7,9", "--kernel", 3, "--padding", "1:2,0", "--padding-mode", "reflect,zeros"]
    assert lines(striate, *words)[:3] == [
        "axis 0: output size: floor((7 + 1 + 2 - 1*(3 - 1) - 1) / 1) + 1 = 8",
        "axis 1: output size: floor((9 + 0 + 0 - 1*(3 - 1) - 1) / 1) + 1 = 7",
        "an output sees 3 elements, the next begins 1 later",
    ]


def test_a_transposed_convolution(striate):
    words = ["--transposed", "--input", 3, "--kernel", 3, "--stride", 2, "--output", 8]
    assert lines(striate, *words)[:2] == [
        "output size: (3 - 1)*2 + 1*(3 - 1) + 1 + 0 + 0 + 1 = 8",
        "taps that meet in an output: 0 to 2",
    ]


@pytest.mark.parametrize(
    ("words", "answer", "size"),
    [
        (
            "--input 224 --kernel 7 --stride 2 --solve padding --output 112",
            "padding for an output of 112: 2:3, 3:3",
            112,
        ),
        ("--kernel 3 --stride 2 --solve input --output 8", "input for an output of 8: 17, 18", 8),
        ("--input 9 --kernel 3 --solve stride --output 3", "stride for an output of 3: 3", 3),
        ("--input 9 --solve kernel --output 3", "kernel for an output of 3: 7", 3),
        ("--input 9 --kernel 3 --solve dilation --output 3", "dilation for an output of 3: 3", 3),
        (
            "--input 9 --kernel 3 --transposed --stride 3 --solve output-padding --output 28",
            "output padding for an output of 28: 1",
            28,
        ),
        (
            "--input 9 --kernel 3 --padding same --solve dilation --output 9",
            "dilation for an output of 9: 1, 2, 3, 4, 5, 6, 7, 8, and more",
            9,
        ),
    ],
)
def test_the_answers_are_told_and_the_first_is_drawn(striate, words, answer, size):
    printed = lines(striate, *words.split())
    assert printed[0] == answer
    assert printed[1].endswith(f" = {size}")


def test_axes_are_solved_one_by_one(striate):
    printed = lines(striate, "--input", "8,9", "--kernel", 3, "--solve", "padding", "--output", "8,4")
    assert printed[:2] == ["axis 0: padding for an output of 8: 1:1", "axis 1: padding for an output of 4: -2:-1"]


@pytest.mark.parametrize("transposed", [False, True])
def test_costs_are_the_layer_s(striate, transposed):
    way = ["--transposed"] * transposed
    words = ["--input", 32, "--kernel", 5, "--channels", "4,6", "--groups", 2, *way]
    cls = torch.nn.ConvTranspose2d if transposed else torch.nn.Conv2d
    layer = cls(4, 6, 5, groups=2)
    # a transposed convolution multiplies as the convolution back to its input
    ends, size = ((6, 4), 36) if transposed else ((4, 6), 32)
    cost = convolution_cost(*ends, Geometry.of((5, 5)), (size, size), groups=2)
    assert lines(striate, *words)[2:4] == [
        "channels of the input to those of the output: 0-1 to 0-2, 2-3 to 3-5",
        f"{sum(p.numel() for p in layer.parameters())} parameters with the bias, "
        f"{cost.forward.multiply_adds:,} multiply-adds an image",
    ]


def test_many_groups_are_cut_short(striate):
    assert lines(striate, "--input", 2, "--kernel", 1, "--groups", 9)[2] == (
        "channels of the input to those of the output: 0 to 0, 1 to 1, 2 to 2, 3 to 3, 4 to 4, 5 to 5, 6 to 6, 7 to 7, "
        "and so on"
    )


def test_every_picture_is_written_and_more_positions_shown(striate, tmp_path):
    files = [f"--{kind}={tmp_path / kind}.{kind}" for kind in ("svg", "gif", "html")]
    printed = lines(striate, "--input", 5, "--kernel", 3, "--frames", 5, *files)
    assert sum("reads 9 inputs" in line for line in printed) == 5
    assert {path.name: path.read_bytes()[:4] for path in tmp_path.iterdir()} == {
        "svg.svg": b"<svg",
        "gif.gif": b"GIF8",
        "html.html": b"<!DO",
    }


def test_what_is_too_large_is_told_and_not_drawn(striate, tmp_path):
    printed = lines(striate, "--input", 224, "--kernel", 7)
    assert printed[0].endswith("= 218")
    assert printed[2].startswith("not drawn: a drawing has at most 4,096 cells")
    failed = striate("arithmetic", "--input", 224, "--kernel", 7, "--svg", tmp_path / "large.svg")
    assert failed.exit_code == 2
    assert failed.stderr.startswith("error: a drawing has at most 4,096 cells")
    assert failed.stdout == ""
    assert not list(tmp_path.iterdir())


def test_the_terminal_has_room_for_one_of_many_channels(striate, tmp_path):
    words = ["--input", 7, "--kernel", 3, "--channels", "64,256"]
    assert "input 7 x 7             output 5 x 5" in lines(striate, *words)
    assert striate("arithmetic", *words, "--svg", tmp_path / "many.svg").exit_code == 2


def test_a_terminal_too_narrow_gets_the_numbers(striate, monkeypatch):
    for width, drawn in ((200, True), (30, False)):
        console = Console(width=width, force_terminal=True, color_system=None, highlight=False)
        monkeypatch.setattr("striate.cli.arithmetic.output", console)
        with console.capture() as capture:
            striate("arithmetic", "--input", 12, "--kernel", 3, "--ndim", 1)
        assert ("[∙][∙][∙]" in capture.get()) == drawn
        assert ("35 columns are wider than the terminal" in " ".join(capture.get().split())) != drawn


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ("--kernel 3", "input is missing: give --input, or --solve input with --output"),
        ("--input 7", "kernel is missing: give --kernel, or --solve kernel with --output"),
        ("--input 7 --kernel x", "kernel must be whole numbers with commas between them, but got 'x'"),
        ("--input 7 --kernel 3,3,3 --ndim 2", "kernel must be an int or 2 ints, one an axis, but got 3: (3, 3, 3)"),
        ("--input 7 --kernel 9", "kernel size 9 is larger than the padded input size 7"),
        ("--input 7 --kernel 3 --padding sam", "padding must be one of 'valid', 'same', 'same_lower', "),
        ("--input 7 --kernel 3 --padding 1;2", "padding must be a word, amounts such as 1 or 1,2, or BEFORE:AFTER"),
        ("--input 7 --kernel 3 --padding 1:2:3", "padding must give (before, after) for an axis, but got (1, 2, 3)"),
        ("--input 7 --kernel 3 --padding-mode edge", "padding_mode must be one of 'zeros', "),
        ("--input 7 --kernel 3 --output 3", "output is known without --output: say what to --solve for, or give --tra"),
        (
            "--input 7 --kernel 3 --output-padding 1",
            "output_padding is for a transposed convolution: give --transposed",
        ),
        ("--input 7 --kernel 3 --solve stride", "solve 'stride' needs the size that is wanted: give --output"),
        ("--input 7 --kernel 3 --solve groups --output 3", "solve must be one of 'padding', 'input', "),
        ("--input 7 --kernel 3 --solve stride --output 4", "no stride gives an output of 4; the nearest, 1, gives 5"),
        ("--input 7 --kernel 3 --channels 3", "channels must be two numbers, of the input and of the output, such as"),
        ("--input 7 --kernel 3 --groups 2 --channels 3,4", "in_channels must be divisible by groups, but 3 is not"),
        ("--input 7 --kernel 3 --svg a.png", "a.png: the name of a picture of --svg must end in .svg"),
    ],
)
def test_mistakes_are_one_line(striate, tmp_path, words, message):
    result = striate("arithmetic", *words.split())
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.startswith(f"error: {message}")
    assert not list(tmp_path.iterdir())


def test_help_names_every_option_and_does_not_wait_for_torch(striate):
    options = "--input --kernel --stride --padding --dilation --padding-mode --transposed --output-padding --groups "
    options += "--channels --ndim --solve --output --frames --svg --gif --html"
    printed = striate("arithmetic", "--help").stdout
    assert [option for option in options.split() if option not in printed] == []
    code = (
        "import sys; from typer.testing import CliRunner; from striate.cli import app; "
        "assert CliRunner().invoke(app, ['arithmetic', '--help']).exit_code == 0; print('torch' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "False\n"
