import subprocess
import sys
import warnings

import pytest

import striate as package


def test_version(striate):
    result = striate("--version")
    assert (result.exit_code, result.stdout) == (0, f"striate {package.__version__}\n")


def test_help_names_every_verb_and_option(striate):
    assert all(verb in striate("--help").stdout for verb in ("train", "evaluate", "predict", "compare"))
    for verb, options in {
        "train": (
            "--data --epochs --batch-size --lr --optimizer --weight-decay --label-smoothing --augment "
            "--image-size --seed --threads --output --resume"
        ),
        "evaluate": "--data",
        "compare": "--html --different-data",
        "predict": "--json --invert --no-invert",
    }.items():
        result = striate(verb, "--help")
        assert result.exit_code == 0
        assert [option for option in options.split() if option not in result.stdout] == []


def test_help_does_not_wait_for_torch():
    code = (
        "import sys; from typer.testing import CliRunner; from striate.cli import app; "
        "assert CliRunner().invoke(app, ['train', '--help']).exit_code == 0; print('torch' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "False\n"


def test_the_module_can_be_run():
    result = subprocess.run(
        [sys.executable, "-m", "striate.cli", "evaluate", "absent"], capture_output=True, text=True, check=False
    )
    assert (result.returncode, result.stdout, result.stderr) == (2, "", "error: there is no run folder absent\n")


@pytest.mark.parametrize(
    ("error", "code", "stderr"),
    [
        (ValueError("wrong value"), 2, "error: wrong value\n"),
        (FileNotFoundError("no such file"), 2, "error: no such file\n"),
        (RuntimeError("it diverged"), 1, "error: it diverged\n"),
        (KeyboardInterrupt(), 130, "stopped\n"),
    ],
)
def test_errors_are_one_line_and_a_code(striate, monkeypatch, error, code, stderr):
    def fail(*_):
        raise error

    monkeypatch.setattr("striate.train.evaluate", fail)
    result = striate("evaluate", "run")
    assert (result.exit_code, result.stdout, result.stderr) == (code, "", stderr)


def test_debug_raises(striate):
    result = striate("--debug", "evaluate", "absent")
    assert isinstance(result.exception, FileNotFoundError)


def test_a_fault_of_ours_keeps_its_traceback(striate, monkeypatch):
    def fail(*_):
        raise AttributeError("a bug")

    monkeypatch.setattr("striate.train.evaluate", fail)
    assert isinstance(striate("evaluate", "run").exception, AttributeError)


def test_warnings_are_one_line(striate, monkeypatch):
    def warn(*_):
        warnings.warn("look out", stacklevel=1)
        raise ValueError("enough")

    monkeypatch.setattr("striate.train.evaluate", warn)
    with warnings.catch_warnings():
        warnings.simplefilter("default")
        assert striate("evaluate", "run").stderr == "warning: look out\nerror: enough\n"


def test_an_unknown_option_is_a_usage_error(striate):
    result = striate("train", "--learning-rate", "1")
    assert result.exit_code == 2
    assert "--learning-rate" in result.stderr
