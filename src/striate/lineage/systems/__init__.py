"""The systems of the field's history, one a file, in the order of their years."""

from striate.lineage.systems import convnext_v2, neocognitron, sparse_coding

SYSTEMS = {module.SYSTEM.name: module.SYSTEM for module in (neocognitron, sparse_coding, convnext_v2)}

__all__ = ["SYSTEMS"]
