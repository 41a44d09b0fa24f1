"""The systems of the field's history, one a file, in the order of their years."""

from striate.lineage.systems import alexnet, hubel_wiesel, mobilenet, neocognitron, sparse_coding

SYSTEMS = {
    module.SYSTEM.name: module.SYSTEM for module in (hubel_wiesel, neocognitron, sparse_coding, alexnet, mobilenet)
}

__all__ = ["SYSTEMS"]
