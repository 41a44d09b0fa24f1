"""The signal extended by a border rule."""

from collections.abc import Sequence

from torch import Tensor

from striate.arithmetic import padding_mode_argument
from striate.arithmetic.arguments import pairs
from striate.engine.extension import extend


def pad(
    input: Tensor,
    amounts: int | Sequence[int] | Sequence[tuple[int, int]],
    mode: str | Sequence[str] = "zeros",
    value: float = 0.0,
) -> Tensor:
    """Extend the last axes of `input` by a border rule.

    Args:
        input: any tensor; the extended axes are its last ones.
        amounts: one (before, after) pair an axis, first axis first, negative to crop; one int an axis; or an int for
            both sides of every axis of an (N, C, *S) input after the first two.
        mode: `"zeros"`, `"constant"`, `"mean"`, `"reflect"`, `"symmetric"`, `"replicate"` or `"circular"`, or one an
            axis; `striate.functional.conv` says what they are. Any amount bounces or wraps as often as needed; a
            negative amount crops after the rule has seen the whole axis.
        value: the value of `"constant"`.

    Returns:
        The extended tensor; each axis is longer by its pair's sum.

    Raises:
        ValueError: more axes than the input has, an unknown mode, a crop of more than there is, or a rule that copies
            elements on an empty axis.

    >>> import torch
    >>> pad(torch.tensor([[1, 2, 3]]), [(2, 1)], "symmetric")
    tensor([[2, 1, 1, 2, 3, 3]])
    """
    ndim = len(amounts) if isinstance(amounts, Sequence) else input.ndim - 2
    if not 1 <= ndim <= input.ndim:
        raise ValueError(f"amounts is for {ndim} axes, but input has {input.ndim} dimensions: {tuple(input.shape)}")
    modes = padding_mode_argument(mode, ndim, "mode")
    if value != 0.0 and "constant" not in modes:
        raise ValueError(f"value {value} needs mode 'constant', but got {mode!r}")
    return extend(input, pairs(amounts, ndim, "amounts"), modes, value)
