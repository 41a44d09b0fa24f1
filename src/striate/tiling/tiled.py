"""`tiled`: run a model on an input of any size in bounded memory, with the result of the whole."""

from collections.abc import Callable, Sequence
from os import PathLike, fspath
from pathlib import Path
from typing import overload

import torch
from torch import Tensor, nn

from striate.tiling.files import Readable, Writable, create_output, open_input, open_output
from striate.tiling.job import Job, floating
from striate.tiling.journal import Journal
from striate.tiling.layout import Layout
from striate.tiling.planning import plan
from striate.tiling.sound import Sound

Tile = int | Sequence[int | None] | None
Progress = Callable[[int, int], None]


@overload
def tiled(
    model: nn.Module,
    image: Tensor | Readable | str | PathLike[str],
    tile: Tile,
    *,
    axes: str | None = None,
    prepare: Callable[[Tensor], Tensor] | None = None,
    progress: Progress | None = None,
) -> Tensor: ...
@overload
def tiled(
    model: nn.Module,
    image: Tensor | Readable | str | PathLike[str],
    tile: Tile,
    *,
    output: str | PathLike[str] | Writable,
    axes: str | None = None,
    prepare: Callable[[Tensor], Tensor] | None = None,
    progress: Progress | None = None,
    resume: bool = False,
) -> Writable: ...
def tiled(
    model: nn.Module,
    image: Tensor | Readable | str | PathLike[str],
    tile: Tile,
    *,
    output: str | PathLike[str] | Writable | None = None,
    axes: str | None = None,
    prepare: Callable[[Tensor], Tensor] | None = None,
    progress: Progress | None = None,
    resume: bool = False,
) -> Tensor | Writable:
    """Run a model on an image or a recording tile by tile, and return what it gives on the whole.

    Each tile is computed in a window that is larger by as much of the input as the tile follows from (its halo), and
    cropped. Windows lie so that strides stay in phase. At the input's own ends a window ends with it, and the layers'
    border rules act there as in the whole; a model all of whose borders are circular is given windows that go round. A
    model with a layer that reads a whole axis, such as a global pooling, an instance norm or a linear layer over space,
    is refused, and the layer named.

    The model runs in evaluation mode, without gradients, on the device that it is on.

    Args:
        model: takes one tensor (N, C, *S) and returns one.
        image: (N, C, *S), a tensor or anything that is read by slices, such as `numpy.memmap` or a zarr array; or a
            path: .npy, .tif, .zarr, a sound, or another image, which is decoded whole.
        tile: elements along each axis that a tile stands for, one int, or one an axis, None for an axis that is not
            cut. Memory grows with tile and halo; `striate.tiling.plan` tells both.
        output: a path, .npy, .tif, .zarr or .wav, or anything that is written to by slices. A tensor is made if left
            out. A path appears when it is whole; until then `.NAME.part` and a journal stand beside it.
        axes: a letter for each dimension of the image, n for the batch, c for channels, others for space: "yxc" for
            rows, columns and channels. Those of the file, or "nc" and space, if left out. The output has the same
            order; channels that the image has not are last.
        prepare: makes of a window, (N, C, *K) in the image's dtype, what the model takes. Unless given, integers are
            divided by the largest of their dtype, as uint8 is by 255.
        progress: called after every tile with the number of those that are done, and of all.
        resume: go on with an output that was begun and not finished.

    Returns:
        A tensor, (N, C', *S') as of `model(image)`; or `output`, opened where that is a path.

    Raises:
        TilingError: a ValueError; the model does not give the same tile by tile.
        ValueError: a shape that the model refuses; an output of another shape; a journal of another job.
        FileExistsError: the output exists, or was begun and `resume` is not asked for.
        RuntimeError: a format needs a package that is not installed.

    >>> model = nn.Sequential(nn.Conv2d(1, 4, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2))
    >>> image = torch.rand(1, 1, 70, 90)
    >>> result = tiled(model, image, tile=16)
    >>> result.shape, bool((result - model(image)).abs().max() < 1e-6)
    (torch.Size([1, 4, 35, 45]), True)
    """
    source, found_axes = open_input(Path(image)) if isinstance(image, str | PathLike) else (image, None)
    layout = Layout.of(axes or found_axes, len(source.shape))
    planned = plan(model, layout.shape(source.shape), tile, floating(source.dtype))
    shape = planned.output
    arranged = layout.of_output(len(shape), planned.dims, len(shape) > 1 and shape[1] == 1)
    job = Job(model, source, layout, arranged, planned, prepare)
    if output is None:
        made = torch.empty(planned.output, dtype=planned.dtype)
        for number, (cuts, result) in enumerate(job.results(range(len(planned))), 1):
            made[planned.index([cut.made for cut in cuts])] = result
            _tell(progress, number, len(planned))
        return made
    if isinstance(output, str | PathLike):
        return _to_file(job, Path(fspath(output)), resume, progress)
    if resume:
        raise ValueError("resume=True needs an output that is a path: of an array there is no journal")
    if tuple(output.shape) != job.output_shape:
        raise ValueError(f"output must have the shape {job.output_shape}, but has {tuple(output.shape)}")
    for number, (cuts, result) in enumerate(job.results(range(len(planned))), 1):
        job.write(output, cuts, result)
        _tell(progress, number, len(planned))
    return output


def _to_file(job: Job, path: Path, resume: bool, progress: Progress | None) -> Writable:
    """Write into a file beside the one that is asked for, which it becomes when it is whole."""
    if path.exists():
        raise FileExistsError(f"{path} exists already and is never overwritten: choose another output")
    part, journal = path.with_name(f".{path.stem}.part{path.suffix}"), path.with_name(f".{path.stem}.part.journal")
    begun = part.exists() and journal.exists()
    done = Journal(journal, job.settings(), resume) if begun else None
    if done is None:
        rate = None
        if isinstance(job.source, Sound):
            rate = job.source.rate * job.plan.grids[0].motion.outputs // job.plan.grids[0].motion.size
        journal.unlink(missing_ok=True)
        target = create_output(part, job.output_shape, job.output_dtype, rate)
        done = Journal(journal, job.settings(), resume)
    else:
        target = open_output(part)
    left = [number for number in range(len(job.plan)) if number not in done.done]
    for number, (cuts, result) in zip(left, job.results(left), strict=True):
        job.write(target, cuts, result)
        done.note(number)
        _tell(progress, len(done.done), len(job.plan))
    del target
    part.rename(path)
    journal.unlink()
    return open_output(path)


def _tell(progress: Progress | None, done: int, all: int) -> None:
    if progress is not None:
        progress(done, all)
