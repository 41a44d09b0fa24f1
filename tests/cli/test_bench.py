import json
from pathlib import Path

import pytest

from striate.engine.processor import available_cores


@pytest.fixture
def quick(tmp_path, monkeypatch):
    """The words of the shortest run on a problem of one's own; measuring the machine takes no time."""
    from striate.engine import ceilings

    monkeypatch.setattr(
        ceilings,
        "measure_ceilings",
        lambda: ceilings.Ceilings({"f32": 1e9, "f64": 1e9}, "a test", ((2**20, 1e9),)),
    )
    (tmp_path / "mine.txt").write_text('b2 c3 o4 i9x9 k3x3 "first"\n', encoding="utf-8")
    return ("bench", "--problems", "mine.txt", "--rounds", "1", "--turn", "0", "--threads", "1")


def test_a_table_a_network_and_the_means(striate, quick):
    result = striate(*quick, "--peers", "torch", "--json", "result.json")
    assert result.exit_code == 0, result.output
    written = json.loads(Path("result.json").read_text(encoding="utf-8"))
    assert len(written["rows"]) == 8
    assert written["settings"]["threads"] == 1
    assert written["machine"]["cores"] == str(available_cores())
    lines = result.stdout.splitlines()
    assert lines[0].startswith("processor ")
    assert "1 threads: 1 GFLOP/s float32 (a test)" in lines[1]
    assert "mine" in [line.strip() for line in lines]
    table = [line.split() for line in lines if line.startswith("first")]
    assert [words[1:4] for words in table] == [
        [str(row["batch"]), {"forward": "forward", "train": "fwd+bwd"}[row["direction"]], row["layout"]]
        for row in written["rows"]
    ]
    for words, row in zip(table, written["rows"], strict=True):
        assert words[4] == row["kernel"]
        assert float(words[5]) == pytest.approx(row["ours"]["best"] * 1e3, rel=0.02)
        assert float(words[-2]) == pytest.approx(row["times_best"], abs=0.006)
    assert [line.partition(":")[0] for line in lines[-2:]] == ["forward", "fwd+bwd"]


def test_what_is_asked_for(striate, quick):
    words = ("--direction", "train", "--layout", "nhwc", "--batch", "1,3", "--kernel", "torch", "--peers", "none")
    result = striate(*quick, *words)
    rows = [line.split() for line in result.stdout.splitlines() if line.startswith("first")]
    assert [row[1:5] for row in rows] == [["1", "fwd+bwd", "nhwc", "torch"], ["3", "fwd+bwd", "nhwc", "torch"]]
    assert rows[0][-3:-1] == ["-", "-"]


def test_a_peer_that_is_not_installed_is_left_out_with_a_word(striate, quick, monkeypatch):
    from striate.bench import peers

    monkeypatch.setattr(peers, "missing", lambda name: ("onnxruntime", "onnx") if name == "onnxruntime" else ())
    result = striate(*quick, "--peers", "torch,onnxruntime", "--direction", "forward")
    assert result.exit_code == 0
    assert result.stderr == "onnxruntime is left out: onnxruntime and onnx not installed\n"


def test_mistakes(striate, quick):
    assert striate("bench", "--problems", "vgg").stderr.startswith("error: problems must be one of 'alexnet', ")
    for words, message in (
        (("--peers", "torch,mlx"), "error: peers must be one of 'torch', "),
        (("--batch", "1,x"), "error: batch must be whole numbers from 1, separated by commas, but got '1,x'"),
        (("--batch", "0"), "error: batch must be whole numbers from 1"),
        (("--threads", "999"), "error: threads must be from 1 to the "),
        (("--kernel", "magic", "--peers", "none"), "error: kernel must be one of "),
    ):
        result = striate(*quick, *words)
        assert (result.exit_code, message in result.stderr) == (2, True), result.output


def test_a_wrong_result_is_a_failure(striate, quick, monkeypatch):
    from striate.bench import ours

    convolve = ours.conv
    monkeypatch.setattr(ours, "conv", lambda *args, **border: convolve(*args, **border) + 1)
    result = striate(*quick, "--peers", "none")
    assert result.exit_code == 1
    assert "error: striate nchw is wrong on b1 c3 o4 i9x9 k3x3 " in result.stderr


def test_what_was_measured_before_a_failure_is_shown(striate, quick, monkeypatch):
    from striate.bench import ours

    convolve = ours.conv

    def conv(*args, **border):
        return convolve(*args, **border) + (args[0].shape[0] == 2)  # wrong at batch 2

    monkeypatch.setattr(ours, "conv", conv)
    result = striate(*quick, "--peers", "none", "--direction", "forward")
    rows = [line.split()[1:4] for line in result.stdout.splitlines() if line.startswith("first")]
    assert (result.exit_code, rows) == (1, [["1", "forward", "nchw"], ["1", "forward", "nhwc"]])
    assert "error: striate nchw is wrong on b2 " in result.stderr


def test_whole_networks(striate, quick):
    words = ("--model", "lenet5", "--batch", "2", "--layout", "nchw", "--json", "result.json")
    result = striate(*quick, *words)
    assert result.exit_code == 0, result.output
    written = json.loads(Path("result.json").read_text(encoding="utf-8"))
    assert [row["network"] for row in written["rows"]] == ["lenet5"] * 2
    lines = [line.split() for line in result.stdout.splitlines() if line.startswith("lenet5")]
    assert [line[1:3] for line in lines] == [["2", "inference"], ["2", "training"]]
    for line, row in zip(lines, written["rows"], strict=True):
        assert float(line[-1]) == pytest.approx(row["gain"], abs=0.006)


def test_what_a_call_costs(striate):
    result = striate("bench", "--overhead")
    assert result.exit_code == 0, result.output
    heading, *lines = result.stdout.splitlines()
    assert "microseconds a call" in heading
    called = [line.partition(" torch")[0].strip() for line in lines]
    assert called == ["layer, inference", "layer, training", "function"]
    for line in lines:
        _, torchs, _, ours, _, ratio = line.split()[-6:]
        assert float(torchs) > 0
        assert float(ratio) == pytest.approx(float(ours) / float(torchs), abs=0.02)
