"""The page of a run, put together from its sections."""

from os import PathLike
from pathlib import Path

from torch import nn

from striate.data import ImageData
from striate.train import Run
from striate.train.files import write_atomically
from striate.view.page import Html, document, resource, terms
from striate.view.report.confusion import confusion_section
from striate.view.report.curves import curves_section
from striate.view.report.layers import layers_section
from striate.view.report.mistakes import mistakes_section
from striate.view.report.seen import seen_section
from striate.view.report.setup import setup_section
from striate.words import count, duration


def report(run: str | PathLike[str], data: ImageData | None = None, model: nn.Module | None = None) -> str:
    """Return a finished run's report, a self-contained HTML page.

    It has the result, the learning curves, the confusion matrix, the worst mistakes, the first filters and the feature
    maps of a test image, the time by layer, measured here and now, and every setting.

    Args:
        run: The path of the run's folder.
        data: What it was trained on, where that is in memory; loaded otherwise.
        model: The trained module, where that is in no registry; loaded otherwise. It is left as it was.

    Raises:
        FileNotFoundError: The run is not finished, or a file of it is missing.
        ValueError: A file is damaged, the data or the model cannot be loaded, or the data are not the run's.
    """
    opened = Run.open(run)
    confusion = opened.confusion()
    data = opened.load_data() if data is None else data
    if data.classes != opened.config.data.classes or len(data.test) != int(confusion.sum()):
        raise ValueError(
            f"data {data.name!r} has {count(len(data.test), 'test image')} of {len(data.classes)} classes, but "
            f"{opened.path} was tested on {int(confusion.sum()):,} of {len(confusion)}: pass the data of that training"
        )
    model = opened.load_model() if model is None else model
    body = (
        _headline(opened, model),
        curves_section(opened.history()),
        confusion_section(confusion, data.classes),
        mistakes_section(model, data),
        seen_section(model, data.test.images[0]),
        layers_section(model, data.test.images, opened.config.settings.threads),
        setup_section(opened.config),
    )
    title = f"{opened.config.model} on {data.name}"
    styles = (resource("chart.css"), resource("report.css", __package__))
    return document(title, body, scripts=[resource("chart.js")], styles=styles)


def write_report(run: str | PathLike[str], data: ImageData | None = None, model: nn.Module | None = None) -> Path:
    """Write a finished run's report into its folder, as `report.html`, and return the path; see `report`."""
    path = Path(run) / "report.html"
    write_atomically(path, report(run, data, model).encode())
    return path


def _headline(run: Run, model: nn.Module) -> Html:
    """Return what the run came to, in a few numbers."""
    confusion, history = run.confusion(), run.history()
    images, right = int(confusion.sum()), int(confusion.trace())
    return terms(
        (
            ("test accuracy", f"{right / images:.2%}"),
            ("errors", f"{images - right:,} of {images:,}"),
            (f"training, {count(len(history), 'epoch')}", duration(sum(history["seconds"]))),
            ("parameters", f"{sum(parameter.numel() for parameter in model.parameters()):,}"),
        ),
        class_="headline",
    )
