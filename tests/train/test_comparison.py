import pytest
from samples import BarNet, bars

from striate.train import Run, compare, differing_settings, fit

DATA = bars(size=16)


class Stop:
    """Ends a training after so many epochs, as a power cut would."""

    def __init__(self, epochs):
        self.left = epochs

    def on_step(self, _):
        if self.left == 0:
            raise RuntimeError("stop")

    def on_epoch(self, _):
        self.left -= 1


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    """Two finished runs of the same data, and one that was stopped after an epoch, another before it."""
    root = tmp_path_factory.mktemp("runs")
    fit("lenet5-modern", DATA, epochs=3, threads=1, output=root / "a")
    fit("lenet5-modern", DATA, epochs=2, lr=0.02, augment=False, threads=1, output=root / "b")
    for name, epochs in (("stopped", 1), ("barely", 0)):
        with pytest.raises(RuntimeError, match="stop"):
            fit("lenet5-modern", DATA, epochs=3, threads=1, output=root / name, callbacks=[Stop(epochs)])
    return root


def test_each_result_is_what_its_log_says(runs):
    results = compare([runs / "b", runs / "a"])
    assert [result.name for result in results] == [str(runs / "b"), str(runs / "a")]
    for result in results:
        history = Run.open(result.name).history()
        accuracies = history["val_acc"]
        epoch, best = result.best
        assert best == max(accuracies) == accuracies[epoch - 1]
        assert accuracies.index(best) == epoch - 1  # the first of equals
        assert result.last == accuracies[-1]
        assert result.errors == 32 - int(Run.open(result.name).confusion().trace())
        assert result.seconds == pytest.approx(sum(history["seconds"]))
        assert result.progress == str(len(history))
        assert result.parameters == sum(p.numel() for p in Run.open(result.name).load_model().parameters())


def test_unfinished_runs_are_shown_as_such(runs):
    _, stopped, barely = compare([runs / "a", runs / "stopped", runs / "barely"])
    assert stopped.progress == "1 of 3, unfinished"
    assert stopped.last == Run.open(stopped.name).history()["val_acc"][0]
    assert barely.progress == "0 of 3, unfinished"
    assert (barely.best, barely.last, barely.errors, barely.parameters, barely.seconds) == (None, None, None, None, 0)
    assert barely.cells()[2:] == ("", "0 of 3, unfinished", "", "", "", "0.0 s")


def test_only_settings_that_differ_are_named(runs):
    results = compare([runs / "a", runs / "b", runs / "stopped"])
    assert differing_settings(results) == {
        "epochs": ["3", "2", "3"],
        "lr": [str(result.run.config.settings.lr) for result in results],
        "augment": ["light", "none", "light"],
    }
    assert differing_settings(compare([runs / "a", runs / "stopped"])) == {}


def test_a_module_of_ones_own_has_no_count_of_parameters(runs, tmp_path):
    fit(BarNet(), bars(), epochs=1, threads=1, output=tmp_path / "own")
    own, _ = compare([tmp_path / "own", runs / "a"], different_data=True)
    assert own.parameters is None
    assert own.cells()[1] == "BarNet"


def test_different_images_are_not_compared_unless_that_is_asked_for(runs, tmp_path):
    fit("lenet5-modern", bars(size=16, seed=1), epochs=1, threads=1, output=tmp_path / "other")
    with pytest.raises(ValueError, match=r"cannot be compared; pass different_data=True \(--different-data\)") as error:
        compare([runs / "a", tmp_path / "other"])
    for run in (runs / "a", tmp_path / "other"):
        checksum = Run.open(run).config.data.checksum
        assert f"on 'bars' (64 and 32 images of 16 x 16, checksum {checksum})" in str(error.value)
    results = compare([runs / "a", tmp_path / "other"], different_data=True)
    assert list(differing_settings(results))[-1] == "data checksum"


def test_what_cannot_be_compared_is_named(runs, tmp_path):
    with pytest.raises(ValueError, match="runs: got 1, expected two or more run folders"):
        compare([runs / "a"])
    with pytest.raises(ValueError, match=rf"runs: {runs / 'a'} is named twice"):
        compare([runs / "a", runs / "b", runs / "a"])
    with pytest.raises(FileNotFoundError, match=r"is not a run folder: it holds no config\.json"):
        compare([runs / "a", tmp_path])
