"""Several runs side by side, as a page."""

from collections.abc import Sequence

from striate.train.comparison import Result, differing_settings, headings
from striate.train.figures import figure_of
from striate.view.page import document, element, resource, section, table
from striate.view.page.chart import Series, line_chart


def comparison(results: Sequence[Result]) -> str:
    """Return a self-contained HTML page with what several runs came to, their curves over each other, their settings.

    Args:
        results: What `striate.train.compare` returned.
    """
    shown = {name: figure_of(name) for name in dict.fromkeys(result.figure for result in results) if name}
    panels = [
        (f"Test {figure.titled}", f"val_{name}", figure.factor, f"{{:.{figure.places}f}}".format)
        for name, figure in shown.items()
    ]
    charts = (
        line_chart(title, series, form)
        for title, column, factor, form in (*panels, ("Test loss", "val_loss", 1, "{:.4f}".format))
        if (series := _series(results, column, factor))
    )
    settings = differing_settings(results)
    names = [result.name for result in results]
    body = (
        section(
            "Results",
            table(headings(results), [result.cells() for result in results], caption="Results", words=("model",)),
        ),
        section(
            "Learning curves",
            element("div", *charts, class_="columns"),
            note="A model that has a loss of its own is on a scale of its own.",
        ),
        section(
            "Settings that differ",
            table(
                ("setting", *names),
                [(name, *values) for name, values in settings.items()],
                caption="Settings that differ",
                words=names,
            )
            if settings
            else element("p", "None."),
        ),
    )
    title = f"{len(results)} runs side by side"
    return document(title, body, scripts=[resource("chart.js")], styles=[resource("chart.css")])


def _series(results: Sequence[Result], column: str, factor: float) -> list[Series]:
    """Return a curve for each run that has finished an epoch; its colour does not depend on the others' progress."""
    histories = [result.run.history() for result in results]
    return [
        Series(result.name, history.by_epoch(column, factor), number)
        for number, (result, history) in enumerate(zip(results, histories, strict=True))
        if len(history) and column in history.columns
    ]
