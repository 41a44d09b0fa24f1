"""`python -m striate.cli`, for where the command `striate` is not on the path."""

from striate.cli.app import app

if __name__ == "__main__":  # a worker process that is spawned imports this file too
    app(prog_name="striate")
