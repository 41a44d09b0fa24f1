"""The course of a training, epoch by epoch."""

from striate.train import History
from striate.train.figures import figure_of
from striate.view.page import Html, element, section
from striate.view.page.chart import Series, line_chart


def curves_section(history: History) -> Html:
    """Return the curves of loss and accuracy, or another figure of merit, in training and on the test samples."""
    charts = [line_chart("Loss", _pair(history, "loss", 1), "{:.4f}".format)]
    if history.figure:
        shown = figure_of(history.figure)
        form = f"{{:.{shown.places}f}}".format
        charts.append(line_chart(shown.heading, _pair(history, history.figure, shown.factor), form))
    unit = history.columns[-1].removesuffix("_per_second")
    return section(
        "Learning curves",
        element("div", *charts, class_="columns"),
        note=f"Training: means over an epoch, of {unit} as they were trained on. Test: at the end of the epoch.",
    )


def _pair(history: History, column: str, factor: float) -> list[Series]:
    return [
        Series(name, history.by_epoch(key, factor), number, dashed=name == "training")
        for number, (name, key) in enumerate((("test", f"val_{column}"), ("training", column)))
    ]
