"""The application: its verbs, its global options and how errors are shown."""

import os
import signal
import warnings
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from striate.cli.arithmetic import arithmetic
from striate.cli.bench import bench
from striate.cli.compare import compare
from striate.cli.console import errors, output
from striate.cli.evaluate import evaluate
from striate.cli.explain import explain
from striate.cli.export import export
from striate.cli.fetch import fetch
from striate.cli.filter import filter_image
from striate.cli.inspect import inspect
from striate.cli.lineage import lineage
from striate.cli.models import models
from striate.cli.neocognitron import neocognitron
from striate.cli.predict import predict
from striate.cli.pretrain import pretrain
from striate.cli.sparse_code import sparse_code
from striate.cli.tile import tile
from striate.cli.train import train


class _Group(TyperGroup):
    """A group of verbs in which what the user can mend is shown in one line, without a traceback."""

    def invoke(self, ctx: Any) -> Any:  # noqa: ANN401  typer's own, whose types have moved between its versions
        with warnings.catch_warnings():
            warnings.showwarning = _show_warning
            try:
                return super().invoke(ctx)
            except (typer.Exit, typer.Abort, BrokenPipeError):  # the first two are RuntimeErrors, and typer's own
                raise
            except KeyboardInterrupt as error:
                errors.print(str(error) or "stopped", soft_wrap=True)
                raise typer.Exit(128 + getattr(error, "signum", signal.SIGINT)) from None
            except (OSError, ValueError, RuntimeError) as error:
                if ctx.params.get("debug"):
                    raise
                _show_error(error)
                raise typer.Exit(1 if isinstance(error, RuntimeError) else 2) from None


def _show_error(error: Exception) -> None:
    """Show an error in one line; of several processes of torchrun's, each names itself but the first.

    What a user can mend is wrong for all processes of a machine alike, and is shown by the first of each machine.
    """
    rank = int(os.environ.get("RANK", "0"))
    if isinstance(error, RuntimeError) or os.environ.get("LOCAL_RANK", "0") == "0":
        of = f" of process {rank}" if rank else ""
        errors.print(f"error{of}: {error}", style="red", soft_wrap=True)


def _show_warning(message: Warning | str, *_: object, **__: object) -> None:
    errors.print(f"warning: {message}", style="yellow", soft_wrap=True)


app = typer.Typer(
    cls=_Group,
    help="Train convolutional networks on your images, measure them, and ask them.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.command()(train)
app.command()(pretrain)
app.command()(evaluate)
app.command()(predict)
app.command()(export)
app.command()(explain)
app.command()(compare)
app.command()(inspect)
app.command()(fetch)
app.command("filter")(filter_image)
app.command()(tile)
app.command()(arithmetic)
app.command()(models)
app.command()(lineage)
app.command()(neocognitron)
app.command("sparse-code")(sparse_code)
app.command()(bench)


def _print_version(wanted: bool) -> None:
    if wanted:
        from striate import __version__  # noqa: PLC0415

        output.print(f"striate {__version__}")
        raise typer.Exit


@app.callback()
def _options(
    version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version.")
    ] = False,
    debug: Annotated[bool, typer.Option("--debug", help="Show the traceback of an error.")] = False,
) -> None:
    """Take the options that stand before a verb; they are used above."""
