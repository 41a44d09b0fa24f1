"""`export`: a model or a run as one file of a standard format, verified before it is written."""

import copy
import io
import json
from dataclasses import dataclass
from os import PathLike
from pathlib import Path

import torch
from torch import Tensor, nn
from torch.export import ExportedProgram

from striate import models
from striate.arithmetic.arguments import choice
from striate.data import ImageData
from striate.exporting import folding
from striate.exporting.onnx_file import OnnxContent, onnx_content
from striate.exporting.program import dynamic_axes, quiet, traced
from striate.exporting.sizes import free_axes, other_size
from striate.exporting.verification import Agreement, Timing, compared, names, refuse_chance, timed
from striate.runtimes import OnnxModel
from striate.train import DataConfig, Run
from striate.train.config import LessonConfig
from striate.train.files import opened_atomically, write_atomically
from striate.train.metadata import metadata_of
from striate.train.weights import load_weights, save_weights

FORMATS = ("onnx", "pt2", "safetensors")


@dataclass(frozen=True)
class Exported:
    """What was written.

    Args:
        path: The file.
        format: One of `FORMATS`.
        bytes: Its size, that of the file `PATH.data` beside it included, which has weights above 2 GB.
        dynamic: The axes of the input that may have any size, by number, and what their sizes are called.
        folded: How many batch norms were folded, and how many there were.
        agreements: How far the file's outputs are from the model's, for each drawn input.
        timing: Of the model and the file; None for weights, which are no program.
    """

    path: Path
    format: str
    bytes: int
    dynamic: dict[int, str]
    folded: tuple[int, int]
    agreements: tuple[Agreement, ...]
    timing: Timing | None


def export(
    model_or_run: nn.Module | str | PathLike[str],
    path: str | PathLike[str],
    *,
    format: str | None = None,
    input: Tensor | None = None,
    data: ImageData | None = None,
    dynamic_size: bool = True,
    fold_batch_norms: bool = False,
) -> Exported:
    """Write a model as a file that other programs run, once it is seen to compute the same.

    "onnx" has standard operators only, for ONNX Runtime and every other runtime; "pt2" is `torch.export`'s program,
    for PyTorch without the Python of the model; "safetensors" has weights. All three keep the classes, the channels,
    the image size and the range of pixels, and `striate.predict` takes the first and the last instead of a run. An ONNX
    file holds 2 GB: of more weights, they go into `PATH.data` beside it.

    Args:
        model_or_run: A module that takes one tensor, or the path of a run folder.
        path: The file; one that is there is replaced in one step, or left alone where anything goes wrong.
        format: One of the three; that of the path's suffix unless given.
        input: What a module is called with, (N, ...); images of the data's size unless given.
        data: What a module was trained on.
        dynamic_size: Whether the file shall take images of any size, where the model does; any number of them it
            always takes.
        fold_batch_norms: Whether to fold batch norms into the layers before them (`striate.fold_batch_norms`).

    Raises:
        ValueError: An unknown format, a module without `input` or `data`, batch norms folded in weights, a damaged run.
        RuntimeError: The model cannot be traced or has an operator without a standard form; the file's outputs differ
            from the model's; a package is missing, whose extra is named.
        FileNotFoundError: A file of the run, or the folder of `path`, is missing.

    >>> import tempfile
    >>> model = nn.Sequential(nn.Conv2d(1, 4, 3), nn.ReLU())
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     exported = export(model, Path(folder) / "edges.pt2", input=torch.rand(2, 1, 8, 8))
    >>> exported.dynamic
    {0: 'batch', 2: 'height', 3: 'width'}
    """
    path = Path(path)
    format = _format(path, format)
    if not path.parent.is_dir():
        raise FileNotFoundError(f"there is no folder {path.parent} to write {path.name} to")
    subject = _subject(model_or_run, input, data)
    if format == "safetensors":
        if fold_batch_norms:
            raise ValueError("fold_batch_norms changes the layers, and safetensors holds weights only: use onnx or pt2")
        return _weights(path, subject)
    return _program(path, format, subject, dynamic_size, fold_batch_norms)


@dataclass(frozen=True)
class _Subject:
    """What is exported: a model of its own on the CPU, its name, what is said of it, and what it is called with."""

    model: nn.Module
    name: str
    metadata: dict[str, str]
    data: DataConfig | LessonConfig | None
    input: Tensor | None

    @property
    def example(self) -> Tensor:
        """At least two samples, as torch.export takes one for a number that stays."""
        if self.input is not None:
            example = self.input.detach().cpu()
            return torch.cat([example, example]) if len(example) == 1 else example
        if not isinstance(self.data, DataConfig):
            raise ValueError("give input, what the model is called with, such as torch.rand(2, 3, 224, 224), or data")
        return torch.rand(2, self.data.channels, *self.data.image_size)


def _subject(model_or_run: nn.Module | str | PathLike[str], input: Tensor | None, data: ImageData | None) -> _Subject:
    if isinstance(model_or_run, nn.Module):
        described = None if data is None else DataConfig.of(data, None)
        name = type(model_or_run).__name__
        model = copy.deepcopy(model_or_run).cpu().eval()
        return _Subject(model, name, metadata_of(name, described), described, input)
    config = (run := Run.open(model_or_run)).config
    with torch.random.fork_rng(devices=[]):
        example = models.example(config.model, 2, **config.keywords) if config.registered else None
    metadata = metadata_of(config.model, config.data, config.options)
    return _Subject(run.load_model(), config.model, metadata, config.data, example if input is None else input)


def _program(path: Path, format: str, subject: _Subject, dynamic_size: bool, fold: bool) -> Exported:
    """Trace, convert, verify, time and write."""
    input, there = subject.example, folding.batch_norms(subject.model)
    model = folding.fold_batch_norms(subject.model, input) if fold else subject.model
    refuse_chance(model, input)
    other = other_size(model, input) if dynamic_size else None
    try:
        content, exported, dynamic, agreements = _verified(path, format, subject, model, other)
    except (AssertionError, RuntimeError, ValueError):  # the first from a program of torch, whose trace bounds a size
        if other is None:
            raise
        content, exported, dynamic, agreements = _verified(path, format, subject, model, None)
    timing = timed(subject.model, exported, input[:1])
    if content.weights:
        with opened_atomically(_beside(path)) as file:
            for weight in content.weights.values():
                file.write(weight.numpy().tobytes())
    write_atomically(path, content.model)
    size = len(content.model) + sum(weight.nbytes for weight in content.weights.values())
    folded = there - folding.batch_norms(model), there
    return Exported(path, format, size, dynamic, folded, agreements, timing)


def _beside(path: Path) -> Path:
    """Return the file of the weights of an ONNX file that cannot hold them."""
    return path.with_name(f"{path.name}.data")


def _verified(
    path: Path, format: str, subject: _Subject, model: nn.Module, other: tuple[int, ...] | None
) -> tuple[OnnxContent, nn.Module, dict[int, str], tuple[Agreement, ...]]:
    """Return a file's content, the model in it, its axes of any size and how far it is from what was asked for.

    Args:
        path: Of the file, for messages.
        format: "onnx" or "pt2".
        subject: What is exported.
        model: It, or it with its batch norms folded.
        other: A second size that the file has to take; None for its own only.
    """
    input = subject.example
    program = traced(model, input, dynamic_size=other is not None)
    dynamic = dynamic_axes(program)
    if 0 not in dynamic:
        raise RuntimeError(f"the model takes {len(input)} samples and no other number: its own code holds it")
    if format == "onnx":
        with torch.no_grad():
            outputs = names(model(input))
        content = onnx_content(program, outputs, subject.metadata, _beside(path).name)
        exported: nn.Module = OnnxModel(content.model, path.name, weights=content.weights)
    else:
        written, exported = _pt2(program, subject.metadata)
        content = OnnxContent(written)
    own = tuple(input.shape[axis] for axis in free_axes(input))
    sizes = [own] if other is None or len(dynamic) == 1 else [own, other]
    # Against what was asked for, not what was traced: so the folding is verified as well
    return content, exported, dynamic, compared(subject.model, exported, input, sizes)


def _pt2(program: ExportedProgram, metadata: dict[str, str]) -> tuple[bytes, nn.Module]:
    buffer = io.BytesIO()
    with quiet():
        torch.export.save(program, buffer, extra_files={"striate.json": json.dumps(metadata)})
        content = buffer.getvalue()
        # torch.export.load unpickles: only what was made here just now is ever given to it
        return content, torch.export.load(io.BytesIO(content)).module()


def _weights(path: Path, subject: _Subject) -> Exported:
    save_weights(path, subject.model, subject.name, subject.metadata)
    load_weights(path, copy.deepcopy(subject.model), subject.name)  # their checksum is looked at
    return Exported(path, "safetensors", path.stat().st_size, {}, (0, folding.batch_norms(subject.model)), (), None)


def _format(path: Path, format: str | None) -> str:
    """Return the format, read off the suffix where it is not given."""
    suffix = path.suffix.removeprefix(".")
    if format is None and suffix not in FORMATS:
        raise ValueError(f"path {path} ends in none of {', '.join(f'.{name}' for name in FORMATS)}: give a format")
    return choice(suffix if format is None else format, FORMATS, "format")
