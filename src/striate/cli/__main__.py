"""`python -m striate.cli`, for where the command `striate` is not on the path."""

from striate.cli.app import app

app(prog_name="striate")
