from dataclasses import replace

import pytest
from pages import check_self_contained, read
from samples import BarNet, bars, draw_shapes

from striate.train import Run, fit
from striate.view import report, write_report

SECTIONS = ["Learning curves", "Confusion matrix", "Worst mistakes", "What it sees", "Time by layer", "Configuration"]


def headline(page):
    terms = read(page).one("dl", class_="headline")
    return {pair.all("dt")[0].text: pair.all("dd")[0].text for pair in terms.content}


def test_it_has_its_sections_and_needs_nothing_else(page):
    root = read(page)
    assert [title.text for title in root.all("h2")] == SECTIONS
    assert root.one("h1").text == root.all("title")[0].text == "lenet5-modern on <i>bars"
    check_self_contained(page)


def test_the_headline_is_what_the_training_reached(page, trained):
    metrics = trained.metrics
    said = headline(page)
    assert said["test accuracy"] == f"{metrics.accuracy:.2%}"
    assert said["errors"] == f"{metrics.errors} of 32"
    assert said["training, 3 epochs"] == f"{sum(trained['seconds']):.1f} s"
    assert said["parameters"] == f"{sum(p.numel() for p in trained.model.parameters()):,}"


def test_names_are_text_wherever_they_stand(page, trained):
    root = read(page)
    assert not root.all("i")
    assert page.count("</script>") == len(root.all("script")) == 2
    for name in trained.data.classes:
        assert name in root.one("table", class_="confusion").text
        assert name in root.all("section")[-1].text


def test_it_is_written_into_the_run_and_small(trained):
    path = write_report(trained.run, trained.data)
    assert path == trained.run / "report.html"
    assert headline(path.read_text(encoding="utf-8"))["errors"] == f"{trained.metrics.errors} of 32"
    assert path.stat().st_size < 2_000_000
    assert not list(trained.run.glob(".*.tmp"))


def test_data_are_loaded_where_none_are_given(tmp_path):
    draw_shapes(tmp_path / "shapes", 5)
    fit("lenet5-modern", tmp_path / "shapes", epochs=1, image_size=16, threads=1, output=tmp_path / "run")
    assert headline(report(tmp_path / "run"))["errors"].endswith(" of 3")


def test_a_module_of_ones_own_is_passed(tmp_path):
    model, data = BarNet(), bars()
    history = fit(model, data, epochs=1, threads=1, output=tmp_path / "run")
    model.train()
    before = {key: value.clone() for key, value in model.state_dict().items()}
    assert headline(report(tmp_path / "run", data, model))["errors"] == f"{history.metrics.errors} of 32"
    assert model.training
    assert all(bool((value == before[key]).all()) for key, value in model.state_dict().items())
    assert not any(module._forward_hooks or module._forward_pre_hooks for module in model.modules())
    with pytest.raises(ValueError, match="BarNet, which is in no registry"):
        report(tmp_path / "run", data)


def test_other_data_and_unfinished_runs_are_refused(trained, tmp_path):
    with pytest.raises(ValueError, match=r"data 'bars' has 32 test images of 2 classes, but .* pass the data of that"):
        report(trained.run, replace(trained.data, name="bars", classes=("a", "b")))
    with pytest.raises(ValueError, match=r"data 'bars' has 3 test images .* tested on 32 of 2"):
        report(trained.run, replace(bars(9, size=16), classes=trained.data.classes))
    with pytest.raises(FileNotFoundError, match="there is no run folder"):
        report(tmp_path / "absent")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 1024, 2560])
def test_it_fits_every_window_and_can_be_read_in_the_light_and_in_the_dark(browse, trained, width, scheme):
    watched = browse(width=width, scheme=scheme)
    shown = watched.open(write_report(trained.run, trained.data))
    for summary in shown.locator("summary").all():
        summary.click()
    assert watched.overflow() <= 0
    faint = {text: ratio for text, ratio in watched.contrasts().items() if ratio < 4.5}
    assert len(watched.contrasts()) > 100
    assert faint == {}
    assert watched.complaints == []


def test_it_can_be_read_without_scripts(browse, trained):
    watched = browse(java_script_enabled=False)
    shown = watched.open(write_report(trained.run, trained.data))
    assert not shown.get_by_role("button").is_visible()
    assert shown.locator("polyline").count() == 4
    assert (
        shown.locator(".legend output").first.inner_text() == f"{Run.open(trained.run).history()['val_loss'][-1]:.4f}"
    )
