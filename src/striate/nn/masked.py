"""Masked (sparse) convolution layers: masked places stay 0 through any depth."""

from torch import Tensor

from striate.functional.masked import masked_conv
from striate.nn.conv import Conv1d, Conv2d, Conv3d, ConvNd
from striate.nn.lazy import _LazyFace


class MaskedConvNd(ConvNd):
    """A masked convolution layer over `ndim` axes; `MaskedConv1d`, `MaskedConv2d` and `MaskedConv3d` are its faces.

    The parameters are a convolution's, and so are their start and the state dict. Without a mask it is a convolution.

    Args:
        ndim: number of spatial axes, any from 1 up.
        in_channels: channels of the input.
        out_channels: channels of the output.
        kernel_size: taps, an int or one an axis.
        stride: step between two outputs, an int or one an axis.
        padding: as for `ConvNd`; with `"same"` the layer fits every mask.
        dilation: step between two taps, an int or one an axis.
        groups: channel groups; divides both channel counts.
        bias: learn one number an output channel, added to it where the mask shows it.
        padding_mode: border rule, or one an axis, as for `ConvNd`; blocks are skipped with `"zeros"` only.
        device: device of the parameters.
        dtype: dtype of the parameters.
        padding_value: value outside the input where `padding_mode` is `"constant"`.
        flip: convolve in the mathematician's sense, with the kernel reversed along every axis.

    Shape:
        Input (N, C, *S) and mask (N, 1, *cells) or (1, 1, *cells), or both without N, to (N, O, *T);
        `striate.arithmetic.Geometry.output_size` gives T.

    Raises:
        ValueError: a size below 1, groups that do not divide the channels, an unknown word or mode.

    Source: that of `striate.functional.masked_conv`.

    >>> import torch
    >>> layer, mask = MaskedConvNd(2, 3, 8, 3, padding="same"), torch.tensor([[[[1, 0], [0, 0]]]])
    >>> output = layer(torch.randn(1, 3, 16, 16), mask)
    >>> output.shape, output[..., 8:, :].any().item()
    (torch.Size([1, 8, 16, 16]), False)
    """

    def forward(self, input: Tensor, mask: Tensor | None = None) -> Tensor:
        """Convolve what `mask` shows of `input`, and keep what it shows of the output."""
        if mask is None:
            return self._conv_forward(input, self.weight, self.bias)
        return masked_conv(
            input,
            self.weight,
            mask,
            self.bias,
            self.stride,
            self.padding,
            self.dilation,
            self.groups,
            padding_mode=self.padding_mode,
            padding_value=self.padding_value,
            flip=self.flip,
        )


class MaskedConv1d(MaskedConvNd, Conv1d):
    """A masked convolution layer over one axis; the arguments are those of `MaskedConvNd` without `ndim`.

    >>> import torch
    >>> layer = MaskedConv1d(2, 4, 3, padding="same")
    >>> layer(torch.randn(1, 2, 8), torch.ones(1, 1, 2)).shape
    torch.Size([1, 4, 8])
    """


class MaskedConv2d(MaskedConvNd, Conv2d):
    """A masked convolution layer over two axes; the arguments are those of `MaskedConvNd` without `ndim`.

    >>> import torch
    >>> layer = MaskedConv2d(2, 4, 3, padding="same")
    >>> layer(torch.randn(1, 2, 8, 8), torch.ones(1, 1, 2, 2)).shape
    torch.Size([1, 4, 8, 8])
    """


class MaskedConv3d(MaskedConvNd, Conv3d):
    """A masked convolution layer over three axes; the arguments are those of `MaskedConvNd` without `ndim`.

    >>> import torch
    >>> layer = MaskedConv3d(2, 4, 3, padding="same")
    >>> layer(torch.randn(1, 2, 8, 8, 8), torch.ones(1, 1, 2, 2, 2)).shape
    torch.Size([1, 4, 8, 8, 8])
    """


class LazyMaskedConv1d(_LazyFace, MaskedConv1d):  # type: ignore[misc]
    """`MaskedConv1d` without `in_channels`, which the first input tells.

    >>> import torch
    >>> LazyMaskedConv1d(4, kernel_size=3, padding="same")(torch.randn(1, 2, 8)).shape
    torch.Size([1, 4, 8])
    """

    cls_to_become = MaskedConv1d


class LazyMaskedConv2d(_LazyFace, MaskedConv2d):  # type: ignore[misc]
    """`MaskedConv2d` without `in_channels`, which the first input tells.

    >>> import torch
    >>> LazyMaskedConv2d(4, kernel_size=3, padding="same")(torch.randn(1, 2, 8, 8)).shape
    torch.Size([1, 4, 8, 8])
    """

    cls_to_become = MaskedConv2d


class LazyMaskedConv3d(_LazyFace, MaskedConv3d):  # type: ignore[misc]
    """`MaskedConv3d` without `in_channels`, which the first input tells.

    >>> import torch
    >>> LazyMaskedConv3d(4, kernel_size=3, padding="same")(torch.randn(1, 2, 8, 8, 8)).shape
    torch.Size([1, 4, 8, 8, 8])
    """

    cls_to_become = MaskedConv3d
