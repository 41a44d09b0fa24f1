"""The page of a run, put together from its sections."""

from collections.abc import Sequence
from os import PathLike
from pathlib import Path

from torch import Tensor, nn

from striate.data import ImageData
from striate.train import Lesson, LessonConfig, Run
from striate.train.figures import figure_of
from striate.train.files import write_atomically
from striate.view.page import Html, document, resource, terms
from striate.view.report.confusion import confusion_section
from striate.view.report.curves import curves_section
from striate.view.report.exhibit import exhibit_section
from striate.view.report.layers import layers_section
from striate.view.report.mistakes import mistakes_section
from striate.view.report.seen import seen_section
from striate.view.report.setup import setup_section
from striate.words import count, duration


def report(run: str | PathLike[str], data: ImageData | Lesson | None = None, model: nn.Module | None = None) -> str:
    """Return a finished run's report, a self-contained HTML page.

    It has the result, the learning curves, the confusion matrix, the worst mistakes, the first filters and the feature
    maps of a test image, the time by layer, measured here and now, and every setting. Of a run that is no
    classification of images it has the result, the learning curves, what the lesson shows of the model, and every
    setting.

    Args:
        run: The path of the run's folder.
        data: What it was trained on, where that is in memory; loaded otherwise.
        model: The trained module, where that is in no registry; loaded otherwise. It is left as it was.

    Raises:
        FileNotFoundError: The run is not finished, or a file of it is missing.
        ValueError: A file is damaged, the data or the model cannot be loaded, or the data are not the run's.
    """
    opened = Run.open(run)
    if isinstance(opened.config.data, LessonConfig) or isinstance(data, Lesson):
        return _lesson_report(opened, data, model)
    confusion = opened.confusion()
    data = opened.load_data() if data is None else data
    if data.classes != opened.images.classes or len(data.test) != int(confusion.sum()):
        raise ValueError(
            f"data {data.name!r} has {count(len(data.test), 'test image')} of {len(data.classes)} classes, but "
            f"{opened.path} was tested on {int(confusion.sum()):,} of {len(confusion)}: pass the data of that training"
        )
    model = opened.load_model() if model is None else model
    body = (
        _headline(_classification(confusion), opened, model),
        curves_section(opened.history()),
        confusion_section(confusion, data.classes),
        mistakes_section(model, data),
        seen_section(model, data.test.images[0]),
        layers_section(model, data.test.images, opened.config.settings.threads),
        setup_section(opened.config),
    )
    return _page(opened, body)


def _lesson_report(opened: Run, lesson: ImageData | Lesson | None, model: nn.Module | None) -> str:
    history = opened.history()
    if not opened.finished:
        raise FileNotFoundError(f"{opened.path} is not finished; go on with it by --resume")
    if isinstance(lesson, ImageData):
        raise TypeError(f"data came as ImageData, but {opened.path} is a run of a lesson: pass that Lesson")
    lesson = opened.load_lesson() if lesson is None else lesson
    model = opened.load_model() if model is None else model
    result = [("test loss", f"{history['val_loss'][-1]:.4f}")]
    if history.figure:
        shown = figure_of(history.figure)
        result.insert(0, (f"test {shown.title}", shown.said(history[f"val_{history.figure}"][-1])))
    body = (
        _headline(result, opened, model),
        curves_section(history),
        exhibit_section(lesson.exhibit(model)),
        setup_section(opened.config),
    )
    return _page(opened, body)


def _page(opened: Run, body: Sequence[Html]) -> str:
    title = f"{opened.config.model} on {opened.config.data.name}"
    styles = (resource("chart.css"), resource("report.css", __package__))
    return document(title, body, scripts=[resource("chart.js")], styles=styles)


def write_report(
    run: str | PathLike[str], data: ImageData | Lesson | None = None, model: nn.Module | None = None
) -> Path:
    """Write a finished run's report into its folder, as `report.html`, and return the path; see `report`."""
    path = Path(run) / "report.html"
    write_atomically(path, report(run, data, model).encode())
    return path


def _classification(confusion: Tensor) -> list[tuple[str, str]]:
    images, right = int(confusion.sum()), int(confusion.trace())
    return [("test accuracy", f"{right / images:.2%}"), ("errors", f"{images - right:,} of {images:,}")]


def _headline(result: Sequence[tuple[str, str]], run: Run, model: nn.Module) -> Html:
    """Return what the run came to, in a few numbers."""
    history = run.history()
    return terms(
        (
            *result,
            (f"training, {count(len(history), 'epoch')}", duration(sum(history["seconds"]))),
            ("parameters", f"{sum(parameter.numel() for parameter in model.parameters()):,}"),
        ),
        class_="headline",
    )
