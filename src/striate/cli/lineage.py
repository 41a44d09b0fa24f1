"""`striate lineage`."""

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from striate.cli.console import output
from striate.words import count, duration

if TYPE_CHECKING:
    from striate.lineage import Measurement, System


class Profile(StrEnum):
    """How thoroughly systems are measured."""

    quick = "quick"
    full = "full"


def lineage(
    systems: Annotated[
        list[str] | None, typer.Argument(help="The systems to look at; all unless given.", show_default=False)
    ] = None,
    check: Annotated[
        bool, typer.Option("--check", help="Measure them here, and fail where a figure is out of its bounds.")
    ] = False,
    profile: Annotated[
        Profile, typer.Option(help="quick: minutes in all, with looser bounds. full: the published figures.")
    ] = Profile.quick,
    keep: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Enter what --check measures into a file of measurements.")
    ] = None,
) -> None:
    """The systems of the field's history: their papers' figures, ours, and what to type for them."""
    from striate.lineage import SYSTEMS, read_kept  # noqa: PLC0415  torch takes a second; --help has none

    unknown = [name for name in systems or () if name not in SYSTEMS]
    if unknown:
        raise ValueError(f"systems: unknown system {unknown[0]!r}; known are {', '.join(SYSTEMS)}")
    if not check and (keep is not None or profile is not Profile.quick):
        raise ValueError("--profile and --keep are about what --check measures: add --check")
    chosen = [SYSTEMS[name] for name in systems or SYSTEMS]
    if check:
        _check(chosen, profile is Profile.quick, keep)
        return
    kept = read_kept()
    for system in chosen:
        _print_system(system, kept.get(system.name))


def _check(systems: "list[System]", quick: bool, keep: Path | None) -> None:
    from striate.lineage import keep as keep_measurements  # noqa: PLC0415
    from striate.lineage import measure  # noqa: PLC0415

    failed, seconds = [], 0.0
    for system in systems:
        found = measure(system, quick=quick)
        _print_system(system, found)
        failed += [f"{system.name}: {figure.what} is {figure.text}, not {figure.bound}" for figure in found.failed]
        seconds += found.seconds
        if keep is not None:
            keep_measurements({system.name: found}, keep)
    output.print(f"{count(len(systems), 'system')} measured in {duration(seconds)}.")
    if failed:
        raise RuntimeError("; ".join(failed))


def _print_system(system: "System", found: "Measurement | None") -> None:
    """Print a system, and the figures that it was measured at."""
    when = "not measured yet" if found is None else f"{duration(found.seconds)} on {found.machine}"
    output.print(f"{system.title}, {system.year}: {system.command}", soft_wrap=True, style="bold")
    output.print(f"  {system.source}", soft_wrap=True)
    for figure in () if found is None else found.figures:
        published = f"; the paper: {figure.published}" if figure.published else ""
        bound = "" if figure.holds else f"; FAILED, {figure.bound}"
        output.print(f"  {figure.text:>10}  {figure.what}{published}{bound}", soft_wrap=True, highlight=False)
    output.print(f"  {when}", soft_wrap=True, highlight=False)
