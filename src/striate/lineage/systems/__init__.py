"""The systems of the field's history, one a file, in the order of their years."""

from striate.lineage.systems import neocognitron, sparse_coding

SYSTEMS = {module.SYSTEM.name: module.SYSTEM for module in (neocognitron, sparse_coding)}

__all__ = ["SYSTEMS"]
