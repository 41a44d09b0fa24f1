"""Partial convolution layers: over what is known of the input, with the mask of what is known of the output."""

from typing import Any

from torch import Tensor

from striate.functional.partial import check_rules, partial_conv
from striate.nn.conv import Conv1d, Conv2d, Conv3d, ConvNd
from striate.nn.lazy import _LazyFace


class PartialConvNd(ConvNd):
    """A partial convolution layer over `ndim` axes; `PartialConv1d`, `PartialConv2d` and `PartialConv3d` are its faces.

    The parameters are a convolution's, and so are their start and the state dict.

    Args:
        ndim: number of spatial axes, any from 1 up.
        in_channels: channels of the input.
        out_channels: channels of the output.
        kernel_size: taps, an int or one an axis.
        stride: step between two outputs, an int or one an axis.
        padding: as for `ConvNd`; what it adds is a hole.
        dilation: step between two taps, an int or one an axis.
        groups: channel groups; divides both channel counts.
        bias: learn one number an output channel, added to it where anything was known.
        padding_mode: `"zeros"`, or a rule that copies elements and with them their mask: `"reflect"`, `"symmetric"`,
            `"replicate"` or `"circular"`; one word, or one an axis.
        device: device of the parameters.
        dtype: dtype of the parameters.
        flip: convolve in the mathematician's sense, with the kernel reversed along every axis.
        return_mask: return the output and its mask, not the output alone.

    Shape:
        Input (N, C, *S) and mask (N, 1, *S) or (N, C, *S), or both without N, to (N, O, *T) and its mask;
        `striate.arithmetic.Geometry.output_size` gives T.

    Raises:
        ValueError: a size below 1, groups that do not divide the channels, an unknown word or mode.

    Source: that of `striate.functional.partial_conv`.

    >>> import torch
    >>> output, mask = PartialConvNd(2, 2, 3, kernel_size=2)(torch.randn(1, 2, 5, 5), torch.ones(1, 1, 5, 5))
    >>> output.shape, mask.shape
    (torch.Size([1, 3, 4, 4]), torch.Size([1, 1, 4, 4]))
    """

    def __init__(self, *arguments: Any, return_mask: bool = True, **options: Any) -> None:  # noqa: ANN401
        super().__init__(*arguments, **options)
        check_rules(self.padding_mode, self.ndim)
        self.return_mask = return_mask

    def forward(self, input: Tensor, mask: Tensor | None = None) -> Any:  # noqa: ANN401
        """Convolve what `mask` shows of `input`: the output and its mask, or the output if `return_mask` is false."""
        output, new_mask = partial_conv(
            input,
            self.weight,
            mask,
            self.bias,
            self.stride,
            self.padding,
            self.dilation,
            self.groups,
            padding_mode=self.padding_mode,
            flip=self.flip,
        )
        return (output, new_mask) if self.return_mask else output

    def extra_repr(self) -> str:
        """That of a convolution, and `return_mask` if it is off."""
        return super().extra_repr() + ("" if self.return_mask else ", return_mask=False")


class PartialConv1d(PartialConvNd, Conv1d):
    """A partial convolution layer over one axis; the arguments are those of `PartialConvNd` without `ndim`.

    >>> import torch
    >>> PartialConv1d(2, 4, 3, padding=1, return_mask=False)(torch.randn(1, 2, 6)).shape
    torch.Size([1, 4, 6])
    """


class PartialConv2d(PartialConvNd, Conv2d):
    """A partial convolution layer over two axes; the arguments are those of `PartialConvNd` without `ndim`.

    >>> import torch
    >>> PartialConv2d(2, 4, 3, padding=1, return_mask=False)(torch.randn(1, 2, 6, 6)).shape
    torch.Size([1, 4, 6, 6])
    """


class PartialConv3d(PartialConvNd, Conv3d):
    """A partial convolution layer over three axes; the arguments are those of `PartialConvNd` without `ndim`.

    >>> import torch
    >>> PartialConv3d(2, 4, 3, padding=1, return_mask=False)(torch.randn(1, 2, 6, 6, 6)).shape
    torch.Size([1, 4, 6, 6, 6])
    """


class _LazyPartial(_LazyFace):
    """A layer that becomes `cls_to_become` when the first input tells its channels."""

    def __init__(self, *arguments: Any, return_mask: bool = True, **options: Any) -> None:  # noqa: ANN401
        super().__init__(*arguments, **options)
        self.return_mask = return_mask


class LazyPartialConv1d(_LazyPartial, PartialConv1d):  # type: ignore[misc]
    """`PartialConv1d` without `in_channels`, which the first input tells.

    >>> import torch
    >>> LazyPartialConv1d(4, kernel_size=3, return_mask=False)(torch.randn(1, 2, 8)).shape
    torch.Size([1, 4, 6])
    """

    cls_to_become = PartialConv1d


class LazyPartialConv2d(_LazyPartial, PartialConv2d):  # type: ignore[misc]
    """`PartialConv2d` without `in_channels`, which the first input tells.

    >>> import torch
    >>> LazyPartialConv2d(4, kernel_size=3, return_mask=False)(torch.randn(1, 2, 8, 8)).shape
    torch.Size([1, 4, 6, 6])
    """

    cls_to_become = PartialConv2d


class LazyPartialConv3d(_LazyPartial, PartialConv3d):  # type: ignore[misc]
    """`PartialConv3d` without `in_channels`, which the first input tells.

    >>> import torch
    >>> LazyPartialConv3d(4, kernel_size=3, return_mask=False)(torch.randn(1, 2, 8, 8, 8)).shape
    torch.Size([1, 4, 6, 6, 6])
    """

    cls_to_become = PartialConv3d
