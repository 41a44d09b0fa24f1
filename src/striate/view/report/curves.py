"""The course of a training, epoch by epoch."""

from striate.train import History
from striate.view.page import Html, element, section
from striate.view.page.chart import Series, line_chart


def curves_section(history: History) -> Html:
    """Return the curves of loss and accuracy, in training and on the test images."""
    return section(
        "Learning curves",
        element(
            "div",
            line_chart("Loss", _pair(history, "loss", 1), "{:.4f}".format),
            line_chart("Accuracy, %", _pair(history, "acc", 100), "{:.2f}".format),
            class_="columns",
        ),
        note="Training: means over an epoch, of images as they were trained on. Test: at the end of the epoch.",
    )


def _pair(history: History, column: str, factor: float) -> list[Series]:
    return [
        Series(name, history.by_epoch(key, factor), number, dashed=name == "training")
        for number, (name, key) in enumerate((("test", f"val_{column}"), ("training", column)))
    ]
