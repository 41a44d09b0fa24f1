"""Models made of torch.nn's layers, on striate's kernels: their layers swapped in place, or their calls rerouted."""

from striate.acceleration.layer_report import Report, Row
from striate.acceleration.overriding import override
from striate.acceleration.swapping import accelerate, restore

__all__ = ["Report", "Row", "accelerate", "override", "restore"]
