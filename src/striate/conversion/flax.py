"""`load_flax`: the weights of a Flax model in its twin."""

from collections.abc import Mapping
from typing import Any

from torch import Tensor, nn
from torch.nn.modules.batchnorm import _BatchNorm
from torch.nn.modules.conv import _ConvNd, _ConvTransposeNd

from striate.conversion.arrays import converted, layers_with_weights
from striate.conversion.flattening import flattened_maps
from striate.conversion.loading import load_all

# What Flax calls its layers where nobody names them, and the classes of their twins; the first that fits
_KINDS: tuple[tuple[type[nn.Module], str], ...] = (
    (_ConvTransposeNd, "ConvTranspose"),
    (_ConvNd, "Conv"),
    (nn.Linear, "Dense"),
    (_BatchNorm, "BatchNorm"),
    (nn.LayerNorm, "LayerNorm"),
    (nn.GroupNorm, "GroupNorm"),
    (nn.Embedding, "Embed"),
)


def load_flax(
    model: nn.Module, variables: Mapping[str, Any], input: Tensor, *, names: Mapping[str, str] | None = None
) -> None:
    """Load the variables of a Flax model into a model of the same layers.

    A Flax model computes channels last, with kernels (*taps, in, out). `padding="SAME"`, its default, is "same" here;
    `BatchNorm` has eps 1e-5 and momentum 0.99, which is `momentum=0.01` here.

    Args:
        model: Takes the weights; unchanged where an error is raised.
        variables: Nested mappings of arrays, `{"params": {...}, "batch_stats": {...}}`, or the parameters alone.
        input: What the model is called with, (N, C, *S): linear layers behind a `Flatten` get their rows in the order
            of channels first.
        names: The Flax layer, its path joined by "/", of each of the model's layers by its path. Without them the
            n-th convolution is `Conv_n`, the n-th linear layer `Dense_n`, as Flax calls what nobody names.

    Raises:
        ValueError: A layer is missing, or two do not fit; both are named.

    >>> import numpy, torch
    >>> model = nn.Sequential(nn.Conv2d(1, 4, 3, bias=False))
    >>> load_flax(model, {"params": {"Conv_0": {"kernel": numpy.ones((3, 3, 1, 4))}}}, torch.zeros(1, 1, 8, 8))
    >>> model[0].weight.sum()
    tensor(36., grad_fn=<SumBackward0>)
    """
    theirs: dict[str, dict[str, Any]] = {}
    trees = [variables[name] for name in ("params", "batch_stats") if name in variables] or [variables]
    for tree in trees:
        for path, array in _leaves(tree, ()):
            theirs.setdefault("/".join(path[:-1]), {})[path[-1]] = array
    ours = layers_with_weights(model)
    asked = _numbered(ours) if names is None else names
    missing = sorted({*ours} - {*asked}) + sorted({*asked.values()} - {*theirs})
    left = sorted({*theirs} - {*asked.values()})
    if missing or left:
        raise ValueError(
            f"the Flax model has {', '.join(theirs)}; of the model's layers and their twins "
            f"{', '.join(missing) or 'none'} is missing and {', '.join(left) or 'none'} is left: give names, the Flax "
            f"layer of each of {', '.join(ours)}"
        )
    maps = flattened_maps(model, input)
    load_all(
        model,
        {
            path: converted(layer, theirs[asked[path]], asked[path], flattened=maps.get(path), mirrored=True)
            for path, layer in ours.items()
        },
    )


def _leaves(tree: Any, path: tuple[str, ...]) -> list[tuple[tuple[str, ...], Any]]:  # noqa: ANN401
    if isinstance(tree, Mapping):
        return [leaf for name, inner in tree.items() for leaf in _leaves(inner, (*path, str(name)))]
    return [(path, tree)]


def _numbered(layers: Mapping[str, nn.Module]) -> dict[str, str]:
    """Return the names that Flax gives to layers of their kinds, in their order."""
    counts: dict[str, int] = {}
    found = {}
    for path, layer in layers.items():
        kind = next((name for kinds, name in _KINDS if isinstance(layer, kinds)), type(layer).__name__)
        found[path] = f"{kind}_{counts.get(kind, 0)}"
        counts[kind] = counts.get(kind, 0) + 1
    return found
