"""One input on several machines: every rank holds a part of the space of each feature map, and computes on it."""

from striate.parallel.spatial import Spatial, spatial

__all__ = ["Spatial", "spatial"]
