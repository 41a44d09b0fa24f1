"""Exact inference of inputs that do not fit in memory: tile by tile, from file to file, resumable."""

from striate.tiling.errors import TilingError
from striate.tiling.planning import Plan, plan
from striate.tiling.tiled import tiled

__all__ = ["Plan", "TilingError", "plan", "tiled"]
