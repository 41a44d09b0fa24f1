"""Several runs set side by side."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from os import PathLike
from pathlib import Path

from striate.train.config import DataConfig, LessonConfig
from striate.train.figures import figure_of
from striate.train.run import Run
from striate.words import duration, said

# Of runs that tell images apart; `headings` has those of other runs.
COLUMNS = ("run", "model", "parameters", "epochs", "test accuracy", "best (epoch)", "errors", "training time")


@dataclass(frozen=True)
class Result:
    """What a run came to, as far as it got.

    Args:
        run: The run.
        parameters: Of its model; None where that cannot be built, or has no weights yet.
        values: Of the figure of merit on the test part, such as the accuracy in [0, 1], by epoch; of the loss where
            there is no such figure.
        seconds: Of all epochs.
    """

    run: Run
    parameters: int | None
    values: dict[int, float]
    seconds: float

    @property
    def name(self) -> str:
        """The run's path."""
        return str(self.run.path)

    @property
    def figure(self) -> str:
        """The name of the figure of merit; "" where there is none, and the loss stands in its place."""
        return self.run.config.data.figure

    @property
    def progress(self) -> str:
        """The epochs that are done, of how many where that is not all."""
        done, epochs = len(self.values), self.run.config.settings.epochs
        return str(done) if self.run.finished else f"{done} of {epochs}, unfinished"

    @property
    def best(self) -> tuple[int, float] | None:
        """The first epoch of the best value, and that value; None before the first epoch has ended."""
        sign = 1 if self.figure else -1  # of a loss, the least is the best
        return max(self.values.items(), key=lambda item: sign * item[1], default=None)

    @property
    def last(self) -> float | None:
        """The value after the last epoch that was done."""
        return self.values[max(self.values)] if self.values else None

    @property
    def errors(self) -> int | None:
        """The test images misclassified after the last epoch that was done; None of a run on anything else."""
        data = self.run.config.data
        return round(data.test * (1 - self.last)) if self.last is not None and isinstance(data, DataConfig) else None

    def cells(self) -> tuple[str, ...]:
        """Return the run's row under `COLUMNS`; a cell is empty where there is nothing to say yet."""
        said = figure_of(self.figure).said
        best = "" if self.best is None else f"{said(self.best[1])} ({self.best[0]})"
        return (
            self.name,
            self.run.config.model,
            "" if self.parameters is None else f"{self.parameters:,}",
            self.progress,
            "" if self.last is None else said(self.last),
            best,
            "" if self.errors is None else f"{self.errors:,}",
            duration(self.seconds),
        )


def headings(results: Sequence[Result]) -> tuple[str, ...]:
    """Return what stands over the cells of several results."""
    titles = {figure_of(result.figure).title for result in results}
    title = f"test {titles.pop()}" if len(titles) == 1 else "test result"
    return tuple(title if column == "test accuracy" else column for column in COLUMNS)


def compare(runs: Sequence[str | PathLike[str]], *, different_data: bool = False) -> list[Result]:
    """Return what several runs came to, in the order given.

    Args:
        runs: The paths of two or more run folders, finished or not.
        different_data: Whether runs on different data may stand side by side.

    Raises:
        ValueError: There are fewer than two runs, one is named twice, a file is damaged, or the runs have seen
            different images.
        FileNotFoundError: A path is no run folder.
    """
    paths = [Path(run) for run in runs]
    if len(paths) < 2:
        raise ValueError(f"runs: got {len(paths)}, expected two or more run folders to set side by side")
    for index, path in enumerate(paths):
        if path in paths[:index]:
            raise ValueError(f"runs: {path} is named twice")
    opened = [Run.open(path) for path in paths]
    first = opened[0]
    for other in opened[1:]:
        if other.config.data != first.config.data and not different_data:
            raise ValueError(
                f"{first.path} was trained on {_told(first)}, {other.path} on {_told(other)}: accuracies on different "
                "images cannot be compared; pass different_data=True (--different-data) to see them side by side"
            )
    return [_result(run) for run in opened]


def differing_settings(results: Sequence[Result]) -> dict[str, list[str]]:
    """Return each value that decided a run and is not the same in all of them, a list in the order of the runs."""
    described = [_values(result.run) for result in results]
    names = dict.fromkeys(name for values in described for name in values)
    table = {name: [values.get(name, "") for values in described] for name in names}
    return {
        name: [said(value) for value in values]
        for name, values in table.items()
        if any(value != values[0] for value in values)
    }


def _result(run: Run) -> Result:
    history = run.history()
    known = run.config.registered and len(history) > 0
    model = run.load_model() if known else None
    return Result(
        run=run,
        parameters=None if model is None else sum(parameter.numel() for parameter in model.parameters()),
        values=history.by_epoch(f"val_{run.config.data.figure or 'loss'}"),
        seconds=sum(history["seconds"]),
    )


def _values(run: Run) -> Mapping[str, object]:
    """Return everything that decided a run, by name."""
    config = run.config
    data = {f"data {name}": value for name, value in vars(config.data).items() if name != "source"}
    versions = {f"version of {name}": value for name, value in config.versions.items()}
    return {"model": config.model, **vars(config.settings), **data, **versions}


def _told(run: Run) -> str:
    data = run.config.data
    if isinstance(data, LessonConfig):
        return f"{data.name!r} ({data.train:,} samples, checksum {data.checksum})"
    size = " x ".join(map(str, data.image_size))
    return f"{data.name!r} ({data.train:,} and {data.test:,} images of {size}, checksum {data.checksum})"
