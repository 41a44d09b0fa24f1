"""Several runs set side by side."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from os import PathLike
from pathlib import Path

from striate.train.run import Run
from striate.words import duration, said

COLUMNS = ("run", "model", "parameters", "epochs", "test accuracy", "best (epoch)", "errors", "training time")


@dataclass(frozen=True)
class Result:
    """What a run came to, as far as it got.

    Args:
        run: The run.
        parameters: Of its model; None where that cannot be built, or has no weights yet.
        accuracies: On the test images, in [0, 1], by epoch.
        seconds: Of all epochs.
    """

    run: Run
    parameters: int | None
    accuracies: dict[int, float]
    seconds: float

    @property
    def name(self) -> str:
        """The run's path."""
        return str(self.run.path)

    @property
    def progress(self) -> str:
        """The epochs that are done, of how many where that is not all."""
        done, epochs = len(self.accuracies), self.run.config.settings.epochs
        return str(done) if self.run.finished else f"{done} of {epochs}, unfinished"

    @property
    def best(self) -> tuple[int, float] | None:
        """The first epoch of the highest accuracy, and that accuracy; None before the first epoch has ended."""
        return max(self.accuracies.items(), key=lambda item: item[1], default=None)

    @property
    def last(self) -> float | None:
        """The accuracy after the last epoch that was done."""
        return self.accuracies[max(self.accuracies)] if self.accuracies else None

    @property
    def errors(self) -> int | None:
        """The test images misclassified after the last epoch that was done."""
        return None if self.last is None else round(self.run.config.data.test * (1 - self.last))

    def cells(self) -> tuple[str, ...]:
        """Return the run's row under `COLUMNS`; a cell is empty where there is nothing to say yet."""
        best = "" if self.best is None else f"{self.best[1]:.2%} ({self.best[0]})"
        return (
            self.name,
            self.run.config.model,
            "" if self.parameters is None else f"{self.parameters:,}",
            self.progress,
            "" if self.last is None else f"{self.last:.2%}",
            best,
            "" if self.errors is None else f"{self.errors:,}",
            duration(self.seconds),
        )


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
        accuracies=history.by_epoch("val_acc"),
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
    size = " x ".join(map(str, data.image_size))
    return f"{data.name!r} ({data.train:,} and {data.test:,} images of {size}, checksum {data.checksum})"
