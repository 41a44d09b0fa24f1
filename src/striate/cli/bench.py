"""`striate bench`."""

from contextlib import nullcontext
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from striate.cli.console import errors, output

if TYPE_CHECKING:
    from striate.bench.whole import WholeRow
    from striate.engine.problem import Problem

_WIDTH = 160  # columns of a table with every peer


class Direction(StrEnum):
    """What is timed."""

    forward = "forward"
    train = "train"
    both = "both"


class Layout(StrEnum):
    """The memory layout of our tensors."""

    nchw = "nchw"
    nhwc = "nhwc"
    both = "both"


def bench(
    problems: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME|FILE", help="A network or a problem file; may be repeated. All networks if left out."
        ),
    ] = None,
    model: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME",
            help="Time whole networks instead, against torch alone: convnext-t, lenet5, mobilenetv2, resnet50, unet3d. "
            "May be repeated.",
        ),
    ] = None,
    overhead: Annotated[
        bool, typer.Option("--overhead", help="Time instead what a call costs before it computes.")
    ] = False,
    peers: Annotated[
        str, typer.Option(metavar="NAME,...", help="Among torch, compile, jax, onnxruntime and openvino; or none.")
    ] = "torch,jax,onnxruntime,openvino",
    direction: Annotated[
        Direction, typer.Option(help="Forward, forward with both gradients, or both.")
    ] = Direction.both,
    layout: Annotated[Layout, typer.Option(help="Of our tensors; peers run in each that they have.")] = Layout.both,
    batch: Annotated[
        str | None,
        typer.Option(metavar="N,...", help="In place of batch 1 and each problem's own; of a network, of 4."),
    ] = None,
    threads: Annotated[int | None, typer.Option(min=1, help="For everyone; every core if left out.")] = None,
    kernel: Annotated[str | None, typer.Option(metavar="NAME", help="Force one of our kernels.")] = None,
    rounds: Annotated[int, typer.Option(min=1, help="Turns that each takes; the fastest call counts.")] = 5,
    turn: Annotated[float, typer.Option(min=0.0, metavar="SECONDS", help="How long a turn lasts.")] = 0.03,
    fit: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Measure each kernel beside torch's and write the planner's table there."),
    ] = None,
    json_file: Annotated[
        Path | None, typer.Option("--json", metavar="FILE", help="Write everything measured there too.")
    ] = None,
) -> None:
    """Time convolutions of the problem files, or whole networks, ours beside torch, JAX, ONNX Runtime and OpenVINO.

    Every result is checked before it is timed; all take turns in one run. Ratios above 1 say that ours is faster: than
    torch in the same layout, and than the best peer in any. `floor` is the share of the least time that the machine's
    operations and bytes a second allow.
    """
    directions = ("forward", "train") if direction is Direction.both else (direction.value,)
    layouts = ("nchw", "nhwc") if layout is Layout.both else (layout.value,)
    if overhead:
        _print_overhead()
        return
    if model:
        _bench_networks(model, directions, layouts, batch, threads, kernel, rounds, turn, json_file)
        return
    from striate.bench.benchmark import benchmark  # noqa: PLC0415  torch takes a second
    from striate.bench.machine import machine  # noqa: PLC0415
    from striate.bench.measure import limited_to  # noqa: PLC0415
    from striate.bench.problems import network_names, read_problems  # noqa: PLC0415
    from striate.bench.report import ceiling_lines, summary_of, table_of, write_json  # noqa: PLC0415
    from striate.engine.ceilings import measure_ceilings  # noqa: PLC0415
    from striate.engine.processor import available_cores  # noqa: PLC0415

    lists = {Path(source).stem: read_problems(source) for source in problems or network_names()}
    batches = None if batch is None else _batches(batch)
    threads = threads or available_cores()
    if fit is not None:
        with limited_to(threads):
            _fit([problem for list_ in lists.values() for problem in list_], batches, fit)
        return
    present = _installed(peers)
    wide = Console(width=max(output.width, _WIDTH), highlight=False)
    rows, found = [], machine()
    with limited_to(threads):
        ceilings = measure_ceilings()
        for line in ceiling_lines(found, ceilings, threads):
            output.print(line, soft_wrap=True)
        for network, list_ in lists.items():
            own = []
            rows_of_network = benchmark(
                list_,
                ceilings,
                network=network,
                peers=present,
                directions=directions,
                layouts=layouts,
                batches=batches,
                threads=threads,
                kernel=kernel,
                rounds=rounds,
                turn=turn,
            )
            try:
                for row in rows_of_network:
                    own.append(row)
                    if errors.is_terminal:
                        errors.print(
                            f"{network}: {row.problem} {row.direction}: {row.ours.best * 1e3:.3g} ms", style="dim"
                        )
            finally:  # what was measured is shown, whatever stopped the rest
                if own:
                    output.print()
                    wide.print(table_of(own))
            rows += own
    output.print()
    for line in summary_of(rows):
        output.print(line, soft_wrap=True)
    if json_file is not None:
        settings: dict[str, object] = {"threads": threads, "rounds": rounds, "turn": turn, "kernel": kernel}
        write_json(json_file, rows, found, ceilings, settings)


def _fit(problems: list["Problem"], batches: list[int] | None, path: Path) -> None:
    """Measure every kernel and write the planner's table."""
    from striate.bench.fitting import fit, mean_gain, write  # noqa: PLC0415

    measured = []
    for row in fit(problems, batches=batches):
        measured.append(row)
        if errors.is_terminal:
            errors.print(str(row), style="dim", soft_wrap=True)
    write(measured, path)
    output.print(f"{len(measured)} layers in {path}; the best of ours and torch's is {mean_gain(measured):.2f} x torch")


def _print_overhead() -> None:
    """Print what the smallest convolution costs, torch's and ours."""
    from striate.bench.overhead import measure_overhead  # noqa: PLC0415

    output.print("1x1 convolution of 4 channels on 4x4, microseconds a call")
    for name, (torchs, ours) in measure_overhead().items():
        output.print(f"{name:<17} torch {torchs:6.2f}  striate {ours:6.2f}  ratio {ours / torchs:.2f}")


def _bench_networks(
    models: list[str],
    directions: tuple[str, ...],
    layouts: tuple[str, ...],
    batch: str | None,
    threads: int | None,
    kernel: str | None,
    rounds: int,
    turn: float,
    json_file: Path | None,
) -> None:
    """Time whole networks: training steps and inference, accelerated and as torch.nn has them."""
    from striate.bench.machine import machine  # noqa: PLC0415
    from striate.bench.measure import limited_to  # noqa: PLC0415
    from striate.bench.report import ceiling_lines, table_of_networks, write_json  # noqa: PLC0415
    from striate.bench.whole import benchmark_network  # noqa: PLC0415
    from striate.engine.ceilings import measure_ceilings  # noqa: PLC0415
    from striate.engine.processor import available_cores  # noqa: PLC0415
    from striate.engine.selection import use_kernel  # noqa: PLC0415

    threads, found = threads or available_cores(), machine()
    rows: list[WholeRow] = []
    with limited_to(threads), use_kernel(kernel) if kernel else nullcontext():
        ceilings = measure_ceilings()
        for line in ceiling_lines(found, ceilings, threads):
            output.print(line, soft_wrap=True)
        for name in models:
            for size in [4] if batch is None else _batches(batch):
                rows += benchmark_network(
                    name, batch=size, directions=directions, layouts=layouts, rounds=rounds, turn=turn
                )
    output.print()
    Console(width=max(output.width, _WIDTH), highlight=False).print(table_of_networks(rows))
    if json_file is not None:
        settings: dict[str, object] = {"threads": threads, "rounds": rounds, "turn": turn, "kernel": kernel}
        write_json(json_file, rows, found, ceilings, settings)


def _installed(peers: str) -> list[str]:
    """Return the peers asked for that are installed; the others are named on stderr."""
    from striate.arithmetic.arguments import choice  # noqa: PLC0415
    from striate.bench.peers import PEERS, missing  # noqa: PLC0415

    present = []
    for name in [] if peers == "none" else peers.split(","):
        choice(name, tuple(PEERS), "peers")
        if packages := missing(name):
            errors.print(f"{name} is left out: {' and '.join(packages)} not installed", style="yellow", soft_wrap=True)
        else:
            present.append(name)
    return present


def _batches(text: str) -> list[int]:
    """Return the batch sizes of a list such as `1,8`."""
    if not all(word.isdecimal() and int(word) for word in text.split(",")):
        raise ValueError(f"batch must be whole numbers from 1, separated by commas, but got {text!r}")
    return [int(word) for word in text.split(",")]
