"""The systems of the field's history, one a file, in the order of their years."""

from striate.lineage.systems import lenet5, neocognitron, simple_cnn, sparse_coding

SYSTEMS = {module.SYSTEM.name: module.SYSTEM for module in (neocognitron, sparse_coding, lenet5, simple_cnn)}

__all__ = ["SYSTEMS"]
