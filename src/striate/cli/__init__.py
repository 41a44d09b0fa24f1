"""The command line: `striate` and its verbs, one file each."""

from striate.cli.app import app

main = app

__all__ = ["app", "main"]
