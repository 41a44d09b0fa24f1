"""The command line: `striate train`, `striate evaluate`, `striate predict`, `striate filter`, `striate bench`."""

from striate.cli.app import app

main = app

__all__ = ["app", "main"]
