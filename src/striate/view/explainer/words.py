"""What a step does, in a line."""

from collections.abc import Iterable, Sequence

from striate.view.explainer.steps import Step

_REDUCTIONS = {"max": "maximum", "min": "minimum", "mean": "mean", "sum": "sum"}


def summary(step: Step, shape: Sequence[int]) -> str:
    """Return what a step does, for those who look at the layer.

    Args:
        step: Of the network.
        shape: Of its first input, without the batch.
    """
    operation, arithmetic = step.operation, step.arithmetic
    match arithmetic.kind:
        case "convolution":
            kind = "transposed convolution" if arithmetic.transposed else "convolution"
            if arithmetic.groups > 1:
                kind = f"depthwise {kind}" if arithmetic.groups == shape[0] else f"{kind} in {arithmetic.groups} groups"
            return f"{kind} with {_windows(step)}"
        case "pooling":
            return f"{_REDUCTIONS[arithmetic.reduction or 'max']} of {_windows(step)}"
        case "linear":
            return "linear layer: a weighted sum of all inputs for each unit"
        case "scaling":
            return "scaling and shift of each channel, as batch normalisation does once trained"
        case "pointwise":
            return f"{operation.name.strip('_')}, of each number alone"
        case "sum" | "product" as kind:
            return f"{kind} of {len(operation.inputs)} values, place by place"
        case "concatenation":
            return f"{len(operation.inputs)} values, one behind the other"
        case "rearrangement":
            return "the same numbers in another shape"
        case _:
            return operation.name.strip("_")


def _windows(step: Step) -> str:
    """Return the size of a step's window and what is unusual about it."""
    sizes = _by(max(map(len, outputs)) for outputs in step.reads)
    windows = [window for window in step.windows if window is not None]
    words = f"windows of {sizes}" if len(step.reads[0]) > 1 or windows else f"all {sizes} places"
    for name in ("stride", "dilation"):
        if any(getattr(window, name) != 1 for window in windows):
            words += f", {name} {_by(getattr(window, name) for window in windows)}"
    return words


def _by(numbers: Iterable[int]) -> str:
    return " \N{MULTIPLICATION SIGN} ".join(map(str, numbers))
