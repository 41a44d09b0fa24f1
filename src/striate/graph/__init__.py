"""A model's computation as a graph: operations, values, and how the positions of each depend on the input's."""

from striate.graph.axis import AxisMap, Gathered, Resized, Same, Sliding, TransposedSliding, Whole
from striate.graph.findings import Misalignment, Unread, misalignments, unread
from striate.graph.linking import Link
from striate.graph.positions import needed
from striate.graph.recorder import record
from striate.graph.recording import Operation, Recording, Value

__all__ = [
    "AxisMap",
    "Gathered",
    "Link",
    "Misalignment",
    "Operation",
    "Recording",
    "Resized",
    "Same",
    "Sliding",
    "TransposedSliding",
    "Unread",
    "Value",
    "Whole",
    "misalignments",
    "needed",
    "record",
    "unread",
]
