"""The command line, `striate VERB`; `app` has the verbs."""

from striate.cli.app import app

main = app

__all__ = ["app", "main"]
