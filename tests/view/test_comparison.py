import pytest
from pages import check_self_contained, read, section
from samples import bars

from striate.train import compare, fit
from striate.train.comparison import COLUMNS
from striate.view import comparison


@pytest.fixture(scope="module")
def results(tmp_path_factory):
    root = tmp_path_factory.mktemp("<b>runs")
    for name, epochs in (("one", 3), ("two", 2)):
        fit("lenet5-modern", bars(size=16), epochs=epochs, threads=1, output=root / name)
    return compare([root / "one", root / "two"])


def test_the_page_has_the_results_and_the_settings(results):
    page = comparison(results)
    assert section(page, "Results").one("table").rows() == [list(COLUMNS), *(list(one.cells()) for one in results)]
    names = [result.name for result in results]
    assert section(page, "Settings that differ").one("table").rows() == [["setting", *names], ["epochs", "3", "2"]]
    assert not read(page).all("b")
    check_self_contained(page)


def test_every_epoch_of_every_run_is_in_the_curves(results):
    accuracy, loss = (table.rows() for table in section(comparison(results), "Learning curves").all("table"))
    names = [result.name for result in results]
    one, two = (result.run.history() for result in results)
    assert accuracy[0] == loss[0] == ["epoch", *names]
    assert [row[1] for row in accuracy[1:]] == [f"{100 * value:.2f}" for value in one["val_acc"]]
    assert [row[2] for row in accuracy[1:]] == [*(f"{100 * value:.2f}" for value in two["val_acc"]), ""]
    assert [row[1] for row in loss[1:]] == [f"{value:.4f}" for value in one["val_loss"]]


def test_equal_settings_and_runs_without_an_epoch_are_no_problem(results, tmp_path):
    class Stop:
        def on_step(self, _):
            raise RuntimeError("stop")

    for name in ("a", "b"):
        with pytest.raises(RuntimeError, match="stop"):
            fit("lenet5-modern", bars(size=16), epochs=1, threads=1, output=tmp_path / name, callbacks=[Stop()])
    page = comparison(compare([tmp_path / "a", tmp_path / "b"]))
    assert section(page, "Settings that differ").all("p")[0].text == "None."
    assert not read(page).all("figure")
    beside = read(comparison(compare([tmp_path / "a", results[0].name])))
    assert "--series-2" in beside.all("polyline")[0].attributes["style"]  # its own colour, whatever the first has


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 1024, 2560])
def test_it_fits_every_window_and_can_be_read_in_the_light_and_in_the_dark(browse, results, tmp_path, width, scheme):
    (tmp_path / "page.html").write_text(comparison(results), encoding="utf-8")
    watched = browse(width=width, scheme=scheme)
    watched.open(tmp_path / "page.html")
    assert watched.overflow() <= 0
    assert min(watched.contrasts().values()) >= 4.5
    assert watched.complaints == []
