"""The systems of the field's history, one a file, in the order of their years."""

from striate.lineage.systems import generator, neocognitron, segmentation, sparse_coding, super_resolution

SYSTEMS = {
    module.SYSTEM.name: module.SYSTEM
    for module in (neocognitron, sparse_coding, generator, segmentation, super_resolution)
}

__all__ = ["SYSTEMS"]
