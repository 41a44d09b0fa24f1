import pytest
import tasks
import torch
from pages import check_self_contained, read

from striate.train import fit
from striate.view import comparison, exhibit, lesson_pictures, report


@pytest.fixture
def trained(monkeypatch, tmp_path):
    tasks.enter(monkeypatch)
    return fit("turner", threads=1, output=tmp_path / "run")


def test_a_column_shows_a_sample():
    rows = {"image": torch.rand(3, 1, 8, 8), "larger": torch.rand(12, 3, 16, 16)}
    picture = exhibit(rows, "sizes")
    shown = [axes.images[0].get_array().shape[:2] for axes in picture.figure.axes]
    assert shown == [(8, 8)] * 3 + [(16, 16)] * 8
    assert [axes.get_ylabel() for axes in picture.figure.axes if axes.get_ylabel()] == ["image", "larger"]


def test_nothing_to_draw_is_refused():
    with pytest.raises(ValueError, match="there is no row to draw"):
        exhibit({})
    with pytest.raises(ValueError, match=r"row 'none' has images of \(0, 1, 2, 2\), expected \(count, C, \*S\)"):
        exhibit({"none": torch.zeros(0, 1, 2, 2)})


def test_a_run_gets_its_curves_and_what_its_lesson_shows(trained):
    for paths in (lesson_pictures(trained.run), lesson_pictures(trained.run, trained.lesson)):
        assert [path.name for path in paths] == ["learning_curves.png", "example.png"]
        assert all(path.is_file() for path in paths)
    trained.lesson.exhibit = lambda _: {}
    assert [path.name for path in lesson_pictures(trained.run, trained.lesson)] == ["learning_curves.png"]


def test_the_report_says_what_was_reached_shows_it_and_names_every_setting(trained):
    page = report(trained.run)
    check_self_contained(page)
    root = read(page)
    assert root.one("h1").text == "turner on negatives"
    titles = [title.text for title in root.all("h2")]
    assert titles == ["Learning curves", "What it makes of it", "Configuration"]
    headline = {pair.all("dt")[0].text: pair.all("dd")[0].text for pair in root.one("dl", class_="headline").content}
    assert headline["test closeness"] == f"{trained['val_closeness'][-1]:.4f}"
    assert headline["test loss"] == f"{trained['val_loss'][-1]:.4f}"
    for said in ("the task's own", trained.lesson.checksum(), "in_channels"):
        assert said in root.all("section")[-1].text


def test_the_report_of_an_unfinished_run_or_of_other_data_is_refused(trained):
    from samples import bars

    with pytest.raises(TypeError, match=r"data came as ImageData, but .*run is a run of a lesson: pass that Lesson"):
        report(trained.run, bars())
    (trained.run / "metrics.json").unlink()
    with pytest.raises(FileNotFoundError, match="run is not finished; go on with it by --resume"):
        report(trained.run)


def test_runs_are_compared_by_their_own_figure(trained, tmp_path):
    from striate.train import compare
    from striate.train.comparison import headings

    fit("turner", threads=1, seed=1, output=tmp_path / "other")
    results = compare([trained.run, tmp_path / "other"])
    assert headings(results)[4] == "test closeness"
    assert results[0].cells()[4] == f"{trained['val_closeness'][-1]:.4f}"
    assert results[0].errors is None
    tables = read(comparison(results)).all("table")
    assert [table.rows()[0][0] for table in tables[:3]] == ["run", "epoch", "epoch"]
    fit("turner", "1", threads=1, output=tmp_path / "third")
    with pytest.raises(ValueError, match=r"'negatives' \(64 samples, checksum [0-9a-f]{8}\)"):
        compare([trained.run, tmp_path / "third"])
