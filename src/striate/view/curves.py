"""The course of a training."""

import math
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING

from striate.train import History
from striate.train.figures import figure_of
from striate.view.figure import INK, new_figure
from striate.view.picture import Picture

if TYPE_CHECKING:
    from matplotlib.figure import Figure

TRAIN, TEST = "#9aa5b1", "#1f6fb4"


def learning_curves(history: History | str | PathLike[str]) -> Picture[dict[str, list[float]]]:
    """Draw loss and accuracy over the epochs, in training and on the test images.

    What is no classification has its own figure of merit in the place of accuracy, or the loss alone.

    Args:
        history: What `fit` returned, or the path of a `log.csv`.

    Returns:
        The picture of what is drawn, by the log's columns: epoch, loss, acc, val_loss and val_acc, or another figure's.

    Raises:
        ValueError: a history without an epoch.

    >>> first = {"epoch": 1, "loss": 0.4, "acc": 0.9, "val_loss": 0.2, "val_acc": 0.96}
    >>> second = {"epoch": 2, "loss": 0.1, "acc": 0.97, "val_loss": 0.1, "val_acc": 0.98}
    >>> picture = learning_curves(History([first, second]))
    >>> [axes.get_title(loc="left") for axes in picture.figure.axes]
    ['Loss', 'Accuracy (%)']
    """
    if not isinstance(history, History):
        history = History.read_csv(Path(history))
    if not len(history):
        raise ValueError("the history has no epoch to draw")
    drawn = [name for name in ("loss", history.figure) if name]
    columns = {name: history[name] for name in ("epoch", *drawn, *(f"val_{name}" for name in drawn))}
    return Picture(columns, lambda: _draw(columns, history.figure))


def _draw(columns: dict[str, list[float]], merit: str) -> "Figure":
    panels = [("Loss", "loss", 1.0, "{:.3g}")]
    if merit:
        shown = figure_of(merit)
        panels.append((shown.heading, merit, shown.factor, f"{{:.{shown.places}f}}"))
    figure = new_figure(4.5 * len(panels), 3.6)
    epochs = columns["epoch"]
    (row,) = figure.subplots(1, len(panels), squeeze=False)
    for axes, (title, column, factor, form) in zip(row, panels, strict=True):
        for name, label, colour in ((column, "training", TRAIN), (f"val_{column}", "test", TEST)):
            values = [value * factor for value in columns[name]]
            axes.plot(epochs, values, color=colour, label=label, marker="o", markersize=3.5, linewidth=1.8)
        axes.annotate(
            form.format(values[-1]),
            (epochs[-1], values[-1]),
            (6, 0),
            textcoords="offset points",
            va="center",
            color=TEST,
        )
        axes.set_title(title, loc="left", color=INK)
        axes.set_xlabel("epoch", color=INK)
        beside = max(0.5, 0.08 * len(epochs))  # room for the last value
        axes.set_xlim(epochs[0] - beside, epochs[-1] + beside)
        axes.set_xticks(epochs[:: -math.ceil(len(epochs) / 10)])
        axes.grid(axis="y", color="#e6e6e6")
        axes.set_axisbelow(True)
        axes.tick_params(colors=INK)
        axes.spines[["top", "right"]].set_visible(False)
        axes.legend(frameon=False, labelcolor=INK)
    return figure
