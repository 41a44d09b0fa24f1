"""striate: the complete convolutional layer for Python, on PyTorch tensors.

The public names are loaded when they are first used, so that `import striate` costs next to nothing and
`import striate.arithmetic` never loads torch.
"""

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from striate.acceleration import accelerate as accelerate
    from striate.acceleration import override as override
    from striate.acceleration import restore as restore
    from striate.conversion import load_flax as load_flax
    from striate.conversion import load_keras as load_keras
    from striate.engine.config import show_config as show_config
    from striate.engine.explanation import explain_plan as explain_plan
    from striate.engine.selection import use_kernel as use_kernel
    from striate.exporting import export as export
    from striate.exporting import fold_batch_norms as fold_batch_norms
    from striate.runtimes import load_onnx as load_onnx
    from striate.tiling.tiled import tiled as tiled
    from striate.train import evaluate as evaluate
    from striate.train import fit as fit
    from striate.train import predict as predict
    from striate.train import predict_files as predict_files
    from striate.train import shift_consistency as shift_consistency
    from striate.view.checkerboard import checkerboard_score as checkerboard_score
    from striate.view.explainer import explain as explain
    from striate.view.inspection import inspect as inspect
    from striate.view.receptive import receptive_field as receptive_field

__version__ = "0.1.0"

_HOMES = {
    "accelerate": "striate.acceleration",
    "override": "striate.acceleration",
    "restore": "striate.acceleration",
    "explain_plan": "striate.engine.explanation",
    "show_config": "striate.engine.config",
    "use_kernel": "striate.engine.selection",
    "load_flax": "striate.conversion",
    "load_keras": "striate.conversion",
    "predict_files": "striate.train",
    "export": "striate.exporting",
    "fold_batch_norms": "striate.exporting",
    "load_onnx": "striate.runtimes",
    "evaluate": "striate.train",
    "fit": "striate.train",
    "predict": "striate.train",
    "checkerboard_score": "striate.view.checkerboard",
    "explain": "striate.view.explainer",
    "inspect": "striate.view.inspection",
    "receptive_field": "striate.view.receptive",
    "shift_consistency": "striate.train",
    "tiled": "striate.tiling",
}
_ROOMS = (
    "arithmetic",
    "conversion",
    "data",
    "exporting",
    "filters",
    "functional",
    "graph",
    "losses",
    "models",
    "nn",
    "parallel",
    "runtimes",
    "tiling",
    "train",
    "view",
)

__all__ = [
    "accelerate",
    "checkerboard_score",
    "evaluate",
    "explain",
    "explain_plan",
    "export",
    "fit",
    "fold_batch_norms",
    "inspect",
    "load_flax",
    "load_keras",
    "load_onnx",
    "override",
    "predict",
    "predict_files",
    "receptive_field",
    "restore",
    "shift_consistency",
    "show_config",
    "tiled",
    "use_kernel",
]


def __getattr__(name: str) -> object:
    if name in _ROOMS:
        return importlib.import_module(f"striate.{name}")
    if name in _HOMES:
        value = globals()[name] = getattr(importlib.import_module(_HOMES[name]), name)
        return value
    raise AttributeError(f"module 'striate' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *_HOMES, *_ROOMS})
