"""Whole problems drawn by Hypothesis: tails, one-element axes, empty batches and odd layouts are the main case."""

import numpy as np
import oracles
import torch
from hypothesis import settings
from hypothesis import strategies as st

MODES = ("zeros", "constant", "reflect", "symmetric", "replicate", "circular")
WORDS = ("valid", "same", "same_lower", "full", "causal")


def draws(share, **more):
    """Settings of a test that draws `share` times what the profile asks for: 100 by default, 5,000 by `intense`."""
    return settings(max_examples=round(share * settings.default.max_examples), **more)


def word_amounts(word, n, kernel, stride, dilation):
    """The words by their definitions, independently of striate's own arithmetic."""
    reach = dilation * (kernel - 1)
    if word in {"valid", "full", "causal"}:
        return {"valid": (0, 0), "full": (reach, reach), "causal": (reach, 0)}[word]
    total = max((int(np.ceil(n / stride)) - 1) * stride + reach + 1 - n, 0)
    small, large = int(np.floor(total / 2)), int(np.ceil(total / 2))
    return (small, large) if word == "same" else (large, small)


@st.composite
def problems(draw, ranks=(1, 2, 3), modes=(*MODES, "mean"), words=True, largest=11):
    """A problem of at most `largest` elements an axis and the `padding` that asks for it: pairs, or a word."""
    rank = draw(st.sampled_from(ranks))
    groups = draw(st.sampled_from((1, 1, 2, 3)))
    kernel, stride, dilation, size, amounts = [], [], [], [], []
    word = draw(st.sampled_from(WORDS)) if words and draw(st.booleans()) else None
    for _ in range(rank):
        k, s, d = draw(st.integers(1, 4 if rank < 3 else 3)), draw(st.integers(1, 4)), draw(st.integers(1, 3))
        n = draw(st.integers(1, min(largest, 11 if rank < 3 else 6)))
        reach = d * (k - 1) + 1
        if word:
            pair = word_amounts(word, n, k, s, d)
            n = max(n, reach) if word == "valid" else n
        else:
            before = draw(st.integers(-min(2, n - 1), 6))
            after = draw(st.integers(max(-2, 1 - n - min(before, 0), reach - n - before), max(6, reach - n - before)))
            pair = (before, after)
        kernel.append(k), stride.append(s), dilation.append(d), size.append(n), amounts.append(pair)
    problem = oracles.Problem(
        batch=draw(st.sampled_from((1, 2, 3, 0))),
        in_channels=groups * draw(st.integers(1, 3)),
        out_channels=groups * draw(st.integers(1, 3)),
        size=tuple(size),
        kernel=tuple(kernel),
        stride=tuple(stride),
        dilation=tuple(dilation),
        amounts=tuple(amounts),
        groups=groups,
        modes=tuple(draw(st.lists(st.sampled_from(modes), min_size=rank, max_size=rank))),
    )
    if "constant" in problem.modes:
        problem = oracles.Problem(**{**problem.__dict__, "value": float(draw(st.integers(-3, 3)))})
    return problem, word or problem.amounts


def whole_numbers(shape, seed, dtype=torch.float64):
    """Small whole numbers: their products add up exactly, so that results can be compared for equality."""
    generator = torch.Generator().manual_seed(seed)
    return torch.randint(-4, 5, shape, generator=generator).to(dtype)


def numbers(shape, seed, dtype=torch.float32):
    """Normal numbers."""
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64).to(dtype)


def in_layout(tensor, layout):
    """The same tensor contiguous, channels-last, or as a strided view of a larger one."""
    if layout == "channels_last" and tensor.ndim in {4, 5}:
        return tensor.contiguous(memory_format=torch.channels_last if tensor.ndim == 4 else torch.channels_last_3d)
    if layout == "strided":
        wide = tensor.new_full((*tensor.shape[:-1], 2 * tensor.shape[-1]), float("nan"))
        wide[..., ::2] = tensor
        return wide[..., ::2]
    return tensor


layouts = st.sampled_from(("contiguous", "channels_last", "strided"))
seeds = st.integers(0, 2**31)


@st.composite
def poolings(draw):
    """Sizes, window and padding of a pooling of 1 to 4 axes; every window reads at least one element."""
    axes = []
    for _ in range(draw(st.integers(1, 4))):
        kernel, stride, dilation = draw(st.integers(1, 4)), draw(st.integers(1, 3)), draw(st.integers(1, 2))
        size = draw(st.integers(1, 6))
        reach = dilation * (kernel - 1) + 1
        before = draw(st.integers(-1 if size > 2 else 0, reach - 1))
        after = draw(
            st.integers(max(-1 if size > 2 else 0, reach - size - before), max(reach - 1, reach - size - before))
        )
        axes.append((size, kernel, stride, dilation, (before, after)))
    return tuple(zip(*axes, strict=True)), draw(st.booleans())


def pooled_size(size, kernel, stride, dilation, amounts, ceil_mode):
    """The size of a pooling's output: every position that fits, and by ceil mode one more that starts early enough."""
    outputs = []
    for n, k, s, d, (before, after) in zip(size, kernel, stride, dilation, amounts, strict=True):
        reach = d * (k - 1) + 1
        count = len(range(0, n + before + after - reach + 1, s))
        hangs = (count - 1) * s + reach < n + before + after
        outputs.append(count + (ceil_mode and hangs and count * s < n + before))
    return tuple(outputs)


@st.composite
def masked_problems(draw, channels=None):
    """A problem with padding `"same"`, or pairs of the same sum, the visible cells, and a seed.

    With `channels` to draw from it is depthwise.
    """
    rank = draw(st.sampled_from((1, 2, 3)))
    groups = draw(st.sampled_from(channels or (1, 1, 2)))
    cells, size, kernel, stride, dilation, amounts = [], [], [], [], [], []
    for _ in range(rank):
        count, inside = draw(st.integers(1, 4 if rank < 3 else 2)), draw(st.integers(1, 4))
        k, s, d = draw(st.integers(1, 4)), draw(st.integers(1, 3)), draw(st.integers(1, 2))
        n = count * inside * s
        total = d * (k - 1) + 1 - s  # with this sum the output has n / s elements
        before = draw(st.integers(min(total, 0), min(max(total, 0) + 2, total + n - 1)))  # something is left
        cells.append(count), size.append(n), kernel.append(k), stride.append(s), dilation.append(d)
        amounts.append((before, total - before))
    problem = oracles.Problem(
        batch=draw(st.sampled_from((1, 2, 3, 0))),
        in_channels=groups * (1 if channels else draw(st.integers(1, 3))),
        out_channels=groups * draw(st.integers(1, 3)),
        size=tuple(size),
        kernel=tuple(kernel),
        stride=tuple(stride),
        dilation=tuple(dilation),
        amounts=tuple(amounts),
        groups=groups,
    )
    seed = draw(seeds)
    share = draw(st.floats(0, 1))
    visible = torch.rand((problem.batch, 1, *cells), generator=torch.Generator().manual_seed(seed)) < share
    return problem, visible, seed


def spread(visible, size):
    """A mask (N, 1, *cells) as an array (N, 1, *size)."""
    array = np.asarray(visible, dtype=np.float64)
    for axis, n in enumerate(size, 2):
        array = np.repeat(array, n // array.shape[axis], axis)
    return array
