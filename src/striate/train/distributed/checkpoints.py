"""Checkpoints that several processes write and read together, the last two of which are kept."""

import json
import shutil
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, replace
from hashlib import sha256
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn
from torch.distributed.checkpoint.api import CheckpointException
from torch.distributed.checkpoint.hf_storage import HuggingFaceStorageReader, HuggingFaceStorageWriter
from torch.distributed.checkpoint.state_dict_loader import load
from torch.distributed.checkpoint.state_dict_saver import save

from striate.train.distributed.processes import Processes
from striate.train.distributed.shards import put
from striate.train.files import read_json, sync_folder, write_json
from striate.train.state import State, Tally
from striate.train.weights import check_weights

FORMAT = "striate-checkpoint-1"
KEPT = 2
MANIFEST = "checkpoint.json"
_SAVING = ".saving"  # what is being written; a reader never looks there


class Checkpoints:
    """The checkpoints of a run, each a folder of safetensors files, a manifest and nothing that could be run.

    Every process writes its own part of the weights and of the optimiser's sums, and reads what it needs, so that a run
    goes on with another number of processes. A checkpoint appears whole, under its name, once all of it is on disk; its
    manifest has the position, the history and the checksum of each file.

    Args:
        folder: Of all checkpoints of a run.
        processes: Who writes and reads.
    """

    def __init__(self, folder: Path, processes: Processes) -> None:
        self.folder, self.processes = folder, processes

    def save(self, state: State, tensors: Mapping[str, Tensor], number: int) -> None:
        """Write a checkpoint and remove all but the last two; every process must ask.

        Args:
            state: Whose position, sums and history are kept; the leader's counts.
            tensors: What `parts` returned.
            number: Of steps done, by which checkpoints are ordered.

        Raises:
            OSError: It could not be written; those there were are untouched.
        """
        saving = self.folder / _SAVING
        if self.processes.leader:
            shutil.rmtree(saving, ignore_errors=True)
            saving.mkdir(parents=True)
        self.processes.wait()
        failure = ""
        try:
            writer = HuggingFaceStorageWriter(str(saving), save_distributed=True)
            whole = {name: value.contiguous() for name, value in tensors.items()}  # as safetensors wants them
            with _alone(self.processes):
                save(whole, storage_writer=writer, no_dist=not self.processes.grouped)
            if self.processes.leader:
                self._publish(saving, state, number)
        except (OSError, CheckpointException) as error:
            failure = str(error).strip().splitlines()[-1]
        failure = self.processes.first(failure)
        if failure:
            if self.processes.leader:
                shutil.rmtree(saving, ignore_errors=True)
            raise OSError(f"{self.folder}: a checkpoint could not be written ({failure}); the last good one is kept")

    def _publish(self, saving: Path, state: State, number: int) -> None:
        files = {path.name: _digest(path) for path in sorted(saving.iterdir())}
        content = {
            "format": FORMAT,
            "name": state.name,
            "epoch": state.epoch,
            "step": state.step,
            "tally": asdict(state.tally),
            "rows": state.rows,
            "files": files,
        }
        write_json(saving / MANIFEST, {**content, "checksum": _checksum(content)})
        path = self.folder / f"{number:09}"
        for later in self.found():
            if later.name >= path.name:  # a damaged one that was fallen back from
                shutil.rmtree(later)
        saving.rename(path)
        sync_folder(self.folder)
        for old in self.found()[KEPT:]:
            shutil.rmtree(old)

    def found(self) -> list[Path]:
        """Return the folders of all checkpoints, the last first."""
        return sorted((path for path in self.folder.glob("[0-9]*") if path.is_dir()), reverse=True)

    def newest(self) -> tuple[Path, State] | None:
        """Return the last checkpoint that is whole, with its position and history; a warning names each damaged one.

        None where there is none. The state has no weights: `load` reads them.
        """
        for path in self.found():
            try:
                return path, _read(path)
            except (OSError, ValueError) as error:
                warnings.warn(f"{error}; going on from the one before", stacklevel=2)
        return None

    def load(self, path: Path, tensors: Mapping[str, Tensor]) -> None:
        """Read a checkpoint into tensors of the same names and shapes; each process reads what it has a part of."""
        reader = HuggingFaceStorageReader(str(path))
        with _alone(self.processes):
            load(dict(tensors), storage_reader=reader, no_dist=not self.processes.grouped)


@contextmanager
def _alone(processes: Processes) -> Iterator[None]:
    """Let torch not wonder that a process without a group is alone."""
    with warnings.catch_warnings():
        if not processes.grouped:
            warnings.filterwarnings("ignore", "torch.distributed is disabled", UserWarning)
        yield


def saved_tensors(path: Path) -> dict[str, Tensor]:
    """Return tensors without storage of the names and shapes that a checkpoint has."""
    found = HuggingFaceStorageReader(str(path)).read_metadata().state_dict_metadata
    return {name: torch.empty(value.size, device="meta") for name, value in found.items() if hasattr(value, "size")}


def parts(model: nn.Module, average: nn.Module | None, optimizer: torch.optim.Optimizer) -> dict[str, Tensor]:
    """Return all that a training keeps, by name; a change of what is returned is a change of it.

    Numbers have one axis of one element, since a slice of a safetensors file has an axis at least.

    Args:
        model: As it is trained.
        average: Its averaged copy, where there is one.
        optimizer: Of its parameters.

    >>> layer = nn.Linear(3, 2)
    >>> list(parts(layer, None, torch.optim.AdamW(layer.parameters())))
    ['model.weight', 'model.bias']
    """
    found = {f"model.{name}": value for name, value in model.state_dict().items()}
    if average is not None:
        found |= {f"average.{name}": value for name, value in average.state_dict().items()}
    names: dict[Tensor, str] = {parameter: name for name, parameter in model.named_parameters()}
    for parameter, sums in optimizer.state.items():
        found |= {f"optimizer.{names[parameter]}.{key}": value for key, value in sums.items()}
    return {name: value.view(1) if value.ndim == 0 else value for name, value in found.items()}


def restore(
    checkpoints: Checkpoints,
    path: Path,
    saved: State,
    trained: tuple[nn.Module, nn.Module | None, torch.optim.Optimizer],
    name: str,
) -> None:
    """Bring a model, its average and its optimiser to a checkpoint.

    Args:
        checkpoints: Of the run.
        path: The checkpoint.
        saved: What `newest` returned with it.
        trained: The model as it is trained, its averaged copy, its optimiser.
        name: The model's, for the message where the checkpoint holds another's weights.
    """
    model, average, optimizer = trained
    theirs = saved_tensors(path)
    weights = {key.removeprefix("model."): value for key, value in theirs.items() if key.startswith("model.")}
    for key, value in model.state_dict().items():  # numbers have an axis in the file
        if value.ndim == 0 and key in weights:
            weights[key] = weights[key].reshape(())
    check_weights(path, weights, saved.name, model, name)
    for key, parameter in model.named_parameters():
        prefix = f"optimizer.{key}."
        sums = {one.removeprefix(prefix): value for one, value in theirs.items() if one.startswith(prefix)}
        if sums:
            optimizer.state[parameter] = {one: _room(parameter, value) for one, value in sums.items()}
    checkpoints.load(path, parts(model, average, optimizer))


def spread(state: State, trained: tuple[nn.Module, nn.Module | None, torch.optim.Optimizer]) -> None:
    """Bring a sharded model, its average and its optimiser to a state that one process saved whole.

    Args:
        state: Of the same model.
        trained: The model as it is trained, its averaged copy, its optimiser.
    """
    model, average, optimizer = trained
    names: dict[Tensor, str] = {parameter: name for name, parameter in model.named_parameters()}
    order = [parameter for group in optimizer.param_groups for parameter in group["params"]]
    values = {f"model.{name}": value for name, value in state.model.items()}
    values |= {f"average.{name}": value for name, value in state.average.items()}
    for number, sums in state.optimizer["state"].items():
        parameter = order[number]
        optimizer.state[parameter] = {key: _room(parameter, value) for key, value in sums.items()}
        values |= {f"optimizer.{names[parameter]}.{key}": value for key, value in sums.items()}
    with torch.no_grad():
        for name, target in parts(model, average, optimizer).items():
            put(values[name].reshape(target.shape), target)


def _room(parameter: Tensor, saved: Tensor) -> Tensor:
    """Return zeros for one of an optimiser's sums: shaped and sharded as its parameter, or a number."""
    if saved.shape == parameter.shape:
        return torch.zeros_like(parameter, requires_grad=False)
    return torch.zeros(())


def _read(path: Path) -> State:
    """Read a manifest and verify every file; a ValueError or FileNotFoundError names what is damaged."""
    content = read_json(path / MANIFEST)
    checksum = content.pop("checksum", None)
    if content.get("format") != FORMAT or checksum != _checksum(content):
        raise ValueError(f"{path / MANIFEST} is damaged: it does not have its checksum")
    for name, digest in content["files"].items():
        if not (path / name).is_file():
            raise FileNotFoundError(f"{path / name} is missing")
        if _digest(path / name) != digest:
            raise ValueError(f"{path / name} is cut short or damaged: it does not have its checksum")
    state = State(content["name"], {}, {}, epoch=content["epoch"], step=content["step"], rows=content["rows"])
    return replace(state, tally=Tally(**content["tally"]))


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        digest = sha256()
        while block := file.read(2**20):
            digest.update(block)
    return digest.hexdigest()


def _checksum(content: dict[str, Any]) -> str:
    return sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()
