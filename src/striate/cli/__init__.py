"""The command line: `striate train`, `evaluate`, `predict`, `filter`, `arithmetic`, `bench`."""

from striate.cli.app import app

main = app

__all__ = ["app", "main"]
