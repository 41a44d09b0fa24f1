"""The table of rules by the function's name, as `torch.overrides` tells it."""

import torch

from striate.graph.rules import mixing, shapes, windows
from striate.graph.rules.operands import Rule

_RULES: dict[str, Rule] = {
    "striate.convolution": windows.our_convolution,
    "striate.convolution_backward_data": windows.our_transposed_convolution,
    "striate.max_pool": windows.our_pooling,
    "striate.max_pool_record": windows.our_pooling,
    "striate.avg_pool": windows.our_pooling,
    "pad": windows.padding,
    "unfold": windows.unfolding,
    "Tensor.unfold": windows.tensor_unfolding,
    "interpolate": windows.interpolation,
    "pixel_shuffle": windows.shuffled,
    "pixel_unshuffle": windows.unshuffled,
    "permute": shapes.permutation,
    "t": shapes.matrix_transposition,
    "mT": shapes.matrix_transposition,
    "T": shapes.reversal,
    "unsqueeze": shapes.new_dimension,
    "squeeze": shapes.squeezed,
    "repeat_interleave": shapes.interleaved,
    "narrow": shapes.narrowed,
    "unbind": shapes.unbound,
    "select": shapes.selected,
    "index_select": shapes.index_selected,
    "__getitem__": shapes.indexed,
    "__setitem__": shapes.assigned,
    "stack": shapes.stacked,
    "flip": shapes.flipped,
    "roll": shapes.rolled,
    "channel_shuffle": shapes.shuffled_channels,
    "batch_norm": mixing.batch_normalisation,
    "normalize": mixing.vector_normalisation,
    **dict.fromkeys(("norm", "linalg_vector_norm"), mixing.norm),
    "linear": mixing.linear,
    "einsum": mixing.einstein,
    "scaled_dot_product_attention": mixing.attention,
    **{f"conv{n}d": windows.convolution(n) for n in (1, 2, 3)},
    **{f"conv_transpose{n}d": windows.transposed_convolution(n) for n in (1, 2, 3)},
    **{f"max_pool{n}d{tail}": windows.max_pooling(n) for n in (1, 2, 3) for tail in ("", "_with_indices")},
    **{f"avg_pool{n}d": windows.average_pooling(n) for n in (1, 2, 3)},
    **{f"lp_pool{n}d": windows.norm_pooling(n) for n in (1, 2, 3)},
    **{
        f"adaptive_{kind}{n}d{tail}": windows.adaptive_pooling(n)
        for n in (1, 2, 3)
        for kind, tail in (("avg_pool", ""), ("max_pool", ""), ("max_pool", "_with_indices"))
    },
    **dict.fromkeys(("view", "reshape", "flatten", "unflatten", "ravel", "view_as", "reshape_as"), shapes.view),
    **dict.fromkeys(("transpose", "swapaxes", "swapdims"), shapes.transposition),
    **dict.fromkeys(("movedim", "moveaxis"), shapes.move),
    **dict.fromkeys(("expand", "expand_as", "broadcast_to"), shapes.expansion),
    **dict.fromkeys(("repeat", "tile"), shapes.repetition),
    **dict.fromkeys(("chunk", "split", "tensor_split", "split_with_sizes"), shapes.pieces),
    **dict.fromkeys(("cat", "concat", "concatenate"), shapes.concatenation),
    **dict.fromkeys(("instance_norm", "group_norm"), mixing.spatial_normalisation),
    **dict.fromkeys(("layer_norm", "rms_norm"), mixing.last_normalisation),
    **dict.fromkeys(("softmax", "log_softmax", "softmin", "cumsum", "cumprod", "sort", "gumbel_softmax"), mixing.along),
    **dict.fromkeys(
        ("sum", "mean", "amax", "amin", "max", "min", "var", "std", "prod", "logsumexp", "argmax", "argmin"),
        mixing.reduction,
    ),
    **dict.fromkeys(("any", "all", "nansum", "nanmean", "count_nonzero"), mixing.reduction),
    **dict.fromkeys(("matmul", "__matmul__", "mm", "bmm", "mv"), mixing.product),
    **dict.fromkeys(("addmm", "baddbmm"), mixing.added_product),
    **dict.fromkeys(
        ("dropout", "dropout1d", "dropout2d", "dropout3d", "alpha_dropout", "feature_dropout", "feature_alpha_dropout"),
        mixing.by_channel,
    ),
    **dict.fromkeys(("prelu", "local_response_norm", "contiguous", "to", "type", "float", "double"), mixing.by_channel),
    **dict.fromkeys(("half", "bfloat16", "type_as", "cpu", "cuda", "detach", "requires_grad_"), mixing.by_channel),
    **dict.fromkeys(("softsign", "tanhshrink", "logsigmoid", "hardswish", "softplus", "threshold"), mixing.pointwise),
    **dict.fromkeys(("multiply", "subtract", "divide", "negative", "absolute", "floor_divide"), mixing.pointwise),
}

# Operators and methods whose function in torch's table of tags has another name
_SPELLINGS = {"rsub": "sub", "radd": "add", "rmul": "mul", "rtruediv": "div", "truediv": "div", "rpow": "pow"}


def rule_of_function(name: str) -> Rule | None:
    """Return the rule of a function by its name, or None where nothing is known of it.

    A function of elements is known by torch's own mark, and one that works in place by the other's.

    >>> rule_of_function("relu_") is rule_of_function("tanh") is mixing.pointwise
    True
    """
    if name in _RULES:
        return _RULES[name]
    bare = name.strip("_")
    if bare in _RULES:
        return _RULES[bare]
    if bare.startswith("i") and _is_pointwise(bare[1:]) and name.startswith("__"):
        return mixing.pointwise
    return mixing.pointwise if _is_pointwise(_SPELLINGS.get(bare, bare)) else None


def _is_pointwise(name: str) -> bool:
    packet = getattr(torch.ops.aten, name, None) if name.isidentifier() else None
    return packet is not None and any(
        torch.Tag.pointwise in getattr(packet, overload).tags for overload in packet.overloads()
    )
