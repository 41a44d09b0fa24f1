"""A run folder: what was trained, how, on what, how it went and what came of it."""

import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from os import PathLike
from pathlib import Path
from shlex import quote
from typing import Any

import torch
from torch import Tensor, nn

from striate import models
from striate.data import ImageData, load
from striate.train.config import Config, DataConfig
from striate.train.distributed.processes import Processes
from striate.train.files import read_json, write_json
from striate.train.history import History
from striate.train.lesson import Lesson, Measured
from striate.train.lessons import Source, open_lesson
from striate.train.state import State
from striate.train.weights import load_weights, save_weights


@dataclass(frozen=True)
class Run:
    """A run folder; it always holds a config and a state, since it appears with both.

    Args:
        path: The folder, with `config.json` (every setting), `log.csv` (a row an epoch), `model.safetensors` (of the
            last whole epoch), `state.pt` (what resuming needs; several processes keep it in `checkpoints/`) and, at the
            end, `metrics.json`.
        config: What `config.json` says.
    """

    path: Path
    config: Config

    @property
    def finished(self) -> bool:
        """Whether the training came to its end."""
        return (self.path / "metrics.json").is_file()

    @property
    def log(self) -> Path:
        """The file of the history."""
        return self.path / "log.csv"

    @property
    def state(self) -> Path:
        """The file of the resumable state."""
        return self.path / "state.pt"

    @property
    def checkpoints(self) -> Path:
        """The folder of what several processes saved together; it is there where that happened."""
        return self.path / "checkpoints"

    @property
    def saved(self) -> float:
        """When the state was last saved, in seconds since the epoch."""
        places = (self.state, self.checkpoints)
        return max(place.stat().st_mtime for place in places if place == self.state or place.is_dir())

    @classmethod
    def create(cls, path: Path, config: Config, state: State) -> "Run":
        """Make a run folder; a FileExistsError where there is something already.

        Args:
            path: Missing, or an empty folder.
            config: Of the training that begins.
            state: Of its first step.
        """
        refuse_existing(path)
        path.parent.mkdir(parents=True, exist_ok=True)
        staging = Path(tempfile.mkdtemp(prefix=f".{path.name}.", dir=path.parent))
        try:
            staging.chmod(0o755)  # mkdtemp's is 0o700
            config.write(staging / "config.json")
            state.save(staging / "state.pt")
            if path.exists():
                path.rmdir()
            staging.rename(path)
        except BaseException:
            shutil.rmtree(staging, ignore_errors=True)
            raise
        return cls(path, config)

    @classmethod
    def open(cls, path: str | PathLike[str]) -> "Run":
        """Open a run folder; a FileNotFoundError or ValueError says what is wrong with it."""
        path = Path(path)
        if not path.is_dir():
            raise FileNotFoundError(f"there is no run folder {path}")
        if not (path / "config.json").is_file():
            raise FileNotFoundError(f"{path} is not a run folder: it holds no config.json")
        return cls(path, Config.read(path / "config.json"))

    def history(self) -> History:
        """Return the epochs in `log.csv`; none where it is not there yet."""
        return History.read_csv(self.log) if self.log.exists() else History()

    @property
    def images(self) -> DataConfig:
        """What images the run's model tells apart; a ValueError where it is for something else."""
        data = self.config.data
        if not isinstance(data, DataConfig):
            raise ValueError(
                f"{self.path} is a run of {self.config.model!r} on {data.name!r}, and this is for runs that tell "
                f"images apart: `striate evaluate {quote(str(self.path))}` measures it, and "
                "striate.train.Run.open(...).load_model() gives its model"
            )
        return data

    def load_lesson(self, source: Source = None) -> Lesson:
        """Open the lesson the run was trained on, or another in its place, in the sizes that the model has.

        Args:
            source: Where to find another than the run's own; a ValueError where that was given in memory.
        """
        data = self.config.data
        if source is None and data.source is None:
            raise ValueError(f"{self.path} was trained on data {data.name!r} given in memory; pass them as data")
        model = self.config.model if self.config.registered else None
        return open_lesson(model, (data.source or None) if source is None else source, data.keywords)

    def load_data(self) -> ImageData:
        """Load the images the run was trained on; a ValueError where they were given in memory, or were none."""
        data = self.images
        if data.source is None:
            raise ValueError(f"{self.path} was trained on data {data.name!r} given in memory; pass them as data")
        return load(data.source, image_size=data.image_size, channels=data.channels)

    def load_model(self) -> nn.Module:
        """Build the run's model, in eval mode, with the weights of its last whole epoch."""
        name = self.config.model
        if not self.config.registered:
            raise ValueError(
                f"{self.path} is a run of {name}, which is in no registry: build that module yourself, load "
                f"{self.path / 'model.safetensors'} into it, and pass the module"
            )
        return rebuilt(name, self.config.keywords, self.path / "model.safetensors")

    def confusion(self) -> Tensor:
        """Return the confusion matrix of the finished run; a FileNotFoundError where it is not finished."""
        path, classes = self.path / "metrics.json", self.images.classes
        if not self.finished:
            raise FileNotFoundError(f"{path} is missing: the run is not finished; go on with it by --resume")
        content = read_json(path)
        try:
            matrix = torch.tensor(content["confusion"], dtype=torch.int64)
        except (KeyError, TypeError, ValueError) as error:
            raise ValueError(f"{path} is not the metrics of a striate run: {error!r}") from error
        if matrix.shape != (len(classes),) * 2:
            raise ValueError(
                f"{path}: the confusion matrix has shape {tuple(matrix.shape)}, not that of the run's classes"
            )
        return matrix

    def save_epoch(self, state: State, model: nn.Module) -> None:
        """Keep the log, the weights and the state at the end of an epoch."""
        self.save_results(state, model)
        state.save(self.state)

    def save_results(self, state: State, model: nn.Module) -> None:
        """Keep the log and the weights at the end of an epoch."""
        History(state.rows).write_csv(self.log)
        save_weights(self.path / "model.safetensors", model, self.config.model)

    def finish(self, metrics: Measured) -> None:
        """Keep the final metrics, which marks the run as finished."""
        write_json(self.path / "metrics.json", metrics.as_json())


def rebuilt(name: str, keywords: Mapping[str, Any], weights: Path) -> nn.Module:
    """Build a registered model, in eval mode, with the weights of a file; the errors are those of `load_weights`."""
    with torch.random.fork_rng(devices=[]):  # its first weights are drawn, and replaced at once
        model = models.create(name, **keywords)
    load_weights(weights, model, name)
    return model.eval()


def refuse_existing(path: Path) -> None:
    """Raise a FileExistsError unless a path is free for a new run: missing, or an empty folder."""
    if path.exists() and not (path.is_dir() and not any(path.iterdir())):
        raise FileExistsError(
            f"{path} exists already and is never overwritten: pass resume=True (--resume) to go on with that run, "
            "or choose another output"
        )


def next_run_path(model: str, root: Path = Path("runs")) -> Path:
    """Return the first of `root/MODEL-1`, `root/MODEL-2`, ... that does not exist."""
    number = 1
    while (path := root / f"{model}-{number}").exists():
        number += 1
    return path


def launched_run_path(model: str, processes: Processes, root: Path = Path("runs")) -> Path:
    """Return `next_run_path`, the same for all processes, and for those that torchrun starts anew."""
    noted = processes.noted("path")
    if noted is not None:
        return Path(noted)
    path = processes.agreed(next_run_path(model, root))
    processes.note("path", str(path))
    return path


def newest_unfinished(model: str | None = None, root: Path = Path("runs")) -> Run:
    """Return the run under `root`, of a model or of any, whose state was saved last among those not finished.

    A FileNotFoundError where there is none. Folders that are no readable runs are passed over.
    """
    found: list[tuple[float, Run]] = []
    for path in root.iterdir() if root.is_dir() else ():
        try:
            run = Run.open(path)
            saved = run.saved
        except (OSError, ValueError):
            continue
        if not run.finished and model in {None, run.config.model}:
            found.append((saved, run))
    if not found:
        raise FileNotFoundError(f"there is no unfinished run{f' of {model}' if model else ''} under {root} to resume")
    return max(found, key=lambda item: item[0])[1]
