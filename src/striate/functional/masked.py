"""Masked (sparse) convolution: what is masked is neither read nor written, nor computed where that saves time."""

import functools
from collections.abc import Sequence
from dataclasses import dataclass
from math import prod
from typing import Any

import torch
from torch import Tensor

from striate.arithmetic import Geometry, Window
from striate.engine.arguments import convolution_arguments
from striate.engine.blocks import Blocks, coarsest, may_run, spread
from striate.engine.checks import check_input_rank
from striate.engine.guard import is_traced, needs_operators
from striate.engine.masked_kernel import MaskedCall, masked_depthwise
from striate.functional.conv import Ints, PaddingLike, conv, flipped
from striate.functional.conv_transpose import conv_transpose

# Multiply-adds that cost as much as one element moved to or from the blocks, which are channels-last: 16 to 90 in the
# layers measured. Contiguous tensors are transposed on the way, both ways, through fresh memory: 90 to 160.
MOVE, TRANSPOSE = 30, 160

# Outputs of a cell that the depthwise kernels take for faster than the dense convolution of a masked copy.
LEAST_INSIDE = 16


def masked_conv(
    input: Tensor,
    weight: Tensor,
    mask: Tensor,
    bias: Tensor | None = None,
    stride: Ints = 1,
    padding: PaddingLike = 0,
    dilation: Ints = 1,
    groups: int = 1,
    *,
    padding_mode: str | Sequence[str] = "zeros",
    padding_value: float = 0.0,
    flip: bool = False,
) -> Tensor:
    r"""Convolve what `mask` shows of `input`, and keep what it shows of the output: the rest is 0, bias and all.

    $$y = m' \odot \mathrm{conv}(m \odot x)$$

    A mask of blocks saves time: the visible blocks become a batch of small images, with what they see around them, and
    only these are convolved, forward and backward. That is fastest in channels-last memory; where moving the blocks
    costs more than skipping the others saves (most blocks visible) the dense convolution runs. A depthwise layer's
    kernels skip what is masked where it lies.
    Masked places of the input count as 0; all of the input must be finite.

    Args:
        input: (N, C, *S), or (C, *S) without a batch.
        weight: (O, C / groups, *K).
        mask: (N, 1, *cells), (1, 1, *cells) for all samples, or (1, *cells) without a batch; bool, or numbers of which
            0 is masked. A cell is a block of S / cells input elements and T / cells outputs; cells of one element are
            a mask of full resolution, whose blocks are found.
        bias: (O,), or None.
        stride: step between two outputs, an int or one an axis.
        padding: as in `conv`; `"same"` fits every mask.
        dilation: step between two taps, an int or one an axis.
        groups: channel groups.
        padding_mode: border rule, or one an axis; `conv` says what they are. Blocks are skipped with `"zeros"` only.
        padding_value: the value of `"constant"`.
        flip: convolve with the kernel reversed along every axis.

    Returns:
        (N, O, *T) or (O, *T).

    Raises:
        ValueError: sizes, channels or ranks that do not fit, an unknown word, or cells that do not divide S and T; the
            message says what came and what was expected.
        TypeError: tensors of different dtypes.

    Source: S. Woo et al., "ConvNeXt V2: co-designing and scaling ConvNets with masked autoencoders", 2023, section 3.1;
    B. Graham, L. van der Maaten, "Submanifold sparse convolutional networks", 2017.

    >>> mask = torch.tensor([[1, 0], [0, 1]]).view(1, 1, 2, 2)
    >>> masked_conv(torch.randn(1, 3, 16, 16), torch.randn(4, 3, 3, 3), mask, padding="same").shape
    torch.Size([1, 4, 16, 16])
    """
    if weight.ndim < 3:
        raise ValueError(f"weight must have at least 3 dimensions (O, C / groups, *K), but got {tuple(weight.shape)}")
    ndim = weight.ndim - 2
    check_input_rank(input.shape, ndim)
    if mask.ndim != input.ndim or mask.shape[-ndim - 1] != 1:
        batch = "(N, 1, *cells)" if input.ndim == ndim + 2 else "(1, *cells) as input has no batch"
        raise ValueError(f"mask must have shape {batch} with {ndim} axes of cells, but got {tuple(mask.shape)}")
    batched = input.ndim == ndim + 2
    if not batched:
        input, mask = input.unsqueeze(0), mask.unsqueeze(0)
    arguments = convolution_arguments(weight.shape[2:], stride, padding, dilation, groups, padding_mode, padding_value)
    size = tuple(input.shape[2:])
    outputs, windows = (_sizes if is_traced() else _sizes_again)(arguments.geometry, size)
    free = not (is_traced() or needs_operators(input, weight, mask))
    cells = _cells(mask, input, outputs, free)
    weight = flipped(weight) if flip else weight
    result = None
    real = not (input.is_complex() or weight.is_complex())
    if free and real and set(arguments.modes) == {"zeros"}:
        leaves = [tensor for tensor in (input, weight, bias) if tensor is not None]
        if _skips_in_place(weight, cells, outputs, arguments.groups) and may_run(*leaves):
            result = masked_depthwise(input, weight, bias, _masked_call(cells, windows))
    if result is None and free and real and set(arguments.modes) == {"zeros"}:
        call = BlockCall(Blocks.of(cells), windows, size, outputs, arguments.groups)
        if call.fits and not call.overlaps and call.pays(weight, input.is_contiguous()):
            if torch.is_grad_enabled() and any(tensor.requires_grad for tensor in leaves):
                result = _ByBlocks.apply(input, weight, bias, call)
            else:
                result = call.whole(call.convolve(call.seen(input), weight, bias), input)
    if result is None:
        window = (stride, padding, dilation, groups)
        result = _dense(input, weight, bias, cells, outputs, window, arguments.modes, padding_value)
    return result if batched else result.squeeze(0)


def _sizes(geometry: Geometry, size: tuple[int, ...]) -> tuple[tuple[int, ...], tuple[Window, ...]]:
    return geometry.output_size(size), geometry.windows(size)


_sizes_again = functools.lru_cache(maxsize=1024)(_sizes)  # 20 us, as much as a small depthwise convolution


def _skips_in_place(weight: Tensor, cells: Tensor, outputs: Sequence[int], groups: int) -> bool:
    """Whether the masked depthwise kernels win: a filter a channel, and cells that are not a few elements."""
    inside = prod(outputs) // prod(cells.shape[1:])
    return weight.shape[1] == 1 and groups > 1 and inside >= LEAST_INSIDE


def _masked_call(cells: Tensor, windows: Sequence[Window]) -> MaskedCall:
    padding = [amount for window in windows for amount in (window.before, window.after)]
    return MaskedCall(cells.contiguous(), ([w.stride for w in windows], padding, [w.dilation for w in windows]))


def _cells(mask: Tensor, input: Tensor, outputs: Sequence[int], free: bool) -> Tensor:
    """The mask as (N, *cells) bool, with the largest cells that say it where values may be looked at."""
    batch, size = input.shape[0], input.shape[2:]
    if mask.shape[0] not in (1, batch):  # no set: a symbolic size has no hash
        raise ValueError(f"mask must be for {batch} samples or 1 for all, but got {mask.shape[0]}: {tuple(mask.shape)}")
    visible = (mask != 0).squeeze(1)
    if any(not cells or n % cells for n, cells in zip(size, visible.shape[1:], strict=True)):
        raise ValueError(
            f"mask must have cells that divide the input's spatial size {tuple(size)}, but has {tuple(mask.shape[2:])}"
        )
    visible = coarsest(visible) if free else visible
    if any(n % cells for n, cells in zip(outputs, visible.shape[1:], strict=True)):
        raise ValueError(
            f"mask must have cells that divide the output's spatial size {tuple(outputs)}, but has "
            f"{tuple(visible.shape[1:])}; padding 'same' and a mask of blocks fit every stride that divides a block"
        )
    return visible.expand(batch, *visible.shape[1:])


def _dense(
    input: Tensor,
    weight: Tensor,
    bias: Tensor | None,
    cells: Tensor,
    outputs: Sequence[int],
    window: tuple[Ints, PaddingLike, Ints, int],
    modes: Sequence[str],
    value: float = 0.0,
) -> Tensor:
    seen = input * spread(cells, input.shape[2:]).unsqueeze(1).to(input.dtype)
    output = conv(seen, weight, bias, *window, padding_mode=modes, padding_value=value)
    return output.mul_(spread(cells, outputs).unsqueeze(1).to(output.dtype))


@dataclass(frozen=True, eq=False)
class BlockCall:
    """A convolution of visible blocks.

    Args:
        blocks: which are visible.
        windows: the window an axis.
        size: spatial size of the input.
        outputs: spatial size of the output.
        groups: channel groups.
    """

    blocks: Blocks
    windows: tuple[Window, ...]
    size: tuple[int, ...]
    outputs: tuple[int, ...]
    groups: int

    @property
    def inside(self) -> tuple[int, ...]:
        """Size of a block of the output."""
        return tuple(n // cells for n, cells in zip(self.outputs, self.blocks.mask.shape[1:], strict=True))

    @property
    def extent(self) -> tuple[int, ...]:
        """Size of what a block of the output sees."""
        return tuple((n - 1) * w.stride + w.extent for n, w in zip(self.inside, self.windows, strict=True))

    @property
    def fits(self) -> bool:
        """Whether blocks of the output lie `stride` times as far apart in the input."""
        axes = zip(self.size, self.outputs, self.windows, strict=True)
        return self.blocks.count > 0 and all(n == outputs * window.stride for n, outputs, window in axes)

    @property
    def overlaps(self) -> bool:
        """Whether the blocks with what they see are more than the whole input; the dense convolution has it easier."""
        return self.blocks.count * prod(self.extent) > self.blocks.mask.shape[0] * prod(self.size)

    def pays(self, weight: Tensor, contiguous: bool) -> bool:
        """Whether the skipped multiply-adds outweigh the elements that are moved."""
        batch, parts = self.blocks.mask.shape[0], self.blocks.count
        out_channels, in_channels, work = weight.shape[0], weight.shape[1] * self.groups, weight[0].numel()
        moved = (parts * prod(self.extent) + batch * prod(self.size)) * in_channels
        moved += batch * prod(self.outputs) * out_channels
        skipped = (batch * prod(self.outputs) - parts * prod(self.inside)) * out_channels * work
        return skipped > (TRANSPOSE if contiguous else MOVE) * moved

    def seen(self, input: Tensor) -> Tensor:
        """What each visible block of the output sees."""
        return self.blocks.gather(input, [window.before for window in self.windows], self.extent)

    def whole(self, parts: Tensor, input: Tensor) -> Tensor:
        """The output of these visible blocks, in the memory format of the input."""
        return self.blocks.scatter(parts, self.outputs, input.is_contiguous())

    def convolve(self, parts: Tensor, weight: Tensor, bias: Tensor | None) -> Tensor:
        """Convolve what the blocks of the output see."""
        stride, dilation = self._steps()
        return conv(parts, weight, bias, stride, 0, dilation, self.groups)

    def transpose(self, grad: Tensor, weight: Tensor) -> Tensor:
        """The gradient by the blocks of the input, from that by the output around them."""
        crops, befores, extents = [], [], []
        for window, inside in zip(self.windows, self.inside, strict=True):
            block, reach = inside * window.stride, window.extent - 1
            first = -((reach - window.before) // window.stride)  # output that reaches the block before all others
            last = (block - 1 + window.before) // window.stride
            befores.append(-first)
            extents.append(last - first + 1)
            crop = window.before - first * window.stride
            crops.append((crop, (last - first) * window.stride + window.extent - crop - block))
        around = self.blocks.gather(grad, befores, extents)
        stride, dilation = self._steps()
        return conv_transpose(around, weight, None, stride, crops, 0, self.groups, dilation)

    def _steps(self) -> tuple[list[int], list[int]]:
        return [window.stride for window in self.windows], [window.dilation for window in self.windows]


class _ByBlocks(torch.autograd.Function):
    """A masked convolution of the visible blocks.

    The convolution of the gathered blocks is recorded for the gradients by weight and bias. That by the input needs no
    sums over overlaps: it is masked itself, so the gradient of the output is gathered and convolved in turn.
    """

    @staticmethod
    def forward(ctx: Any, input: Tensor, weight: Tensor, bias: Tensor | None, call: BlockCall) -> Tensor:  # noqa: ANN401
        ctx.save_for_backward(input, weight, bias)
        ctx.call = call
        wanted = zip((weight, bias), ctx.needs_input_grad[1:3], strict=True)
        # A weight without a gradient stays itself: kernels keep it packed from call to call.
        ctx.leaves = [leaf.detach().requires_grad_() if leaf is not None and wants else leaf for leaf, wants in wanted]
        seen = call.seen(input)  # not recorded
        with torch.set_grad_enabled(any(ctx.needs_input_grad[1:3])):
            ctx.parts = call.convolve(seen, *ctx.leaves)
        return call.whole(ctx.parts.detach(), input)

    @staticmethod
    def backward(ctx: Any, grad: Tensor) -> tuple[Tensor | None, ...]:  # noqa: ANN401
        (input, weight, bias), call = ctx.saved_tensors, ctx.call
        if torch.is_grad_enabled():  # a second derivative is wanted: through the dense convolution
            stride, dilation = call._steps()
            padding = [(window.before, window.after) for window in call.windows]
            window = (stride, padding, dilation, call.groups)
            output = _dense(input, weight, bias, call.blocks.mask, call.outputs, window, ("zeros",) * len(stride))
            return (*_gradients(output, (input, weight, bias), ctx.needs_input_grad, grad, create_graph=True), None)
        for_input = None
        if ctx.needs_input_grad[0]:
            for_input = call.blocks.scatter(call.transpose(grad, weight), call.size, input.is_contiguous())
        visible = call.blocks.gather(grad, (0,) * len(call.outputs), call.inside)
        by_leaves = _gradients(ctx.parts, ctx.leaves, ctx.needs_input_grad[1:], visible, retain_graph=True)
        return (for_input, *by_leaves, None)


def _gradients(
    output: Tensor, tensors: Sequence[Tensor | None], wanted: Sequence[bool], grad: Tensor, **how: bool
) -> list[Tensor | None]:
    """The gradients by the tensors that are wanted, None for the others."""
    chosen = [tensor for tensor, wants in zip(tensors, wanted, strict=False) if wants and tensor is not None]
    found = iter(torch.autograd.grad(output, chosen, grad, **how) if chosen else ())
    return [
        next(found) if wants and tensor is not None else None for tensor, wants in zip(tensors, wanted, strict=False)
    ]
