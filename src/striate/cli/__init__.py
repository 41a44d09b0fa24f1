"""The command line: `striate` with the verbs train, evaluate, predict, compare, filter and bench."""

from striate.cli.app import app

main = app

__all__ = ["app", "main"]
