"""Response normalisations: channels compete, place by place with their neighbours, or by their whole map with all."""

import torch
from torch import Tensor

from striate.arithmetic.arguments import integer
from striate.functional.avg_pool import avg_pool


def local_response_norm(input: Tensor, size: int, alpha: float = 1e-4, beta: float = 0.75, k: float = 1.0) -> Tensor:
    r"""Divide each activation by a power of the mean square of its neighbours across channels, at the same place.

    $$y_c = x_c \left(k + \frac{\alpha}{size} \sum_{j = c - \lfloor size / 2 \rfloor}^{c + \lfloor (size - 1) / 2
    \rfloor} x_j^2\right)^{-\beta}$$

    Channels beyond the first and the last count as 0. The numbers and the arguments are those of
    `torch.nn.functional.local_response_norm`; the mean is an average pooling along the channels.

    Args:
        input: (N, C, *S) with at least one spatial axis.
        size: channels in a neighbourhood.
        alpha: factor of the mean square.
        beta: the power.
        k: added to the mean square, above 0.

    Returns:
        A tensor of the input's shape.

    Raises:
        ValueError: an input without space, or a size below 1.

    Source: A. Krizhevsky, I. Sutskever, G. Hinton, "ImageNet classification with deep convolutional neural networks",
    2012, section 3.3, where alpha is not divided by the size.

    >>> local_response_norm(torch.full((1, 3, 2, 2), 2.0), 3, alpha=3.0, beta=1.0)[0, :, 0, 0]  # 2 / 9, 2 / 13
    tensor([0.2222, 0.1538, 0.2222])
    """
    _refuse_spaceless(input)
    before, after = integer(size, "size", 1) // 2, (size - 1) // 2
    squares = input.square().flatten(2).unsqueeze(1)
    mean = avg_pool(squares, (size, 1), 1, ((before, after), (0, 0))).reshape(input.shape)
    return input * (k + alpha * mean).pow(-beta)


def global_response_norm(input: Tensor, gamma: Tensor, beta: Tensor, eps: float = 1e-6) -> Tensor:
    r"""Scale each channel by its norm over space, relative to the mean norm of all channels, and add the input.

    $$g_c = \lVert x_c \rVert_2, \quad y_c = \gamma_c \, x_c \, \frac{g_c}{\frac1C \sum_k g_k + \epsilon}
    + \beta_c + x_c$$

    Args:
        input: (N, C, *S) with at least one spatial axis.
        gamma: (C,), the factor of the scaled input.
        beta: (C,), added.
        eps: added to the mean norm, which is 0 for an image of zeros.

    Returns:
        A tensor of the input's shape and memory format.

    Raises:
        ValueError: an input without space, or a gamma or beta of another length.

    Source: S. Woo et al., "ConvNeXt V2: co-designing and scaling ConvNets with masked autoencoders", 2023,
    equations 1 to 3 and algorithm 1, there with the channels last.

    >>> global_response_norm(torch.randn(2, 8, 5, 5), torch.ones(8), torch.zeros(8)).shape
    torch.Size([2, 8, 5, 5])
    """
    _refuse_spaceless(input)
    channels = input.shape[1]
    for name, tensor in (("gamma", gamma), ("beta", beta)):
        if tuple(tensor.shape) != (channels,):
            raise ValueError(
                f"{name} must have shape {(channels,)} for an input of {channels} channels, but got "
                f"{tuple(tensor.shape)}"
            )
    space = tuple(range(2, input.ndim))
    norm = torch.linalg.vector_norm(input, dim=space, keepdim=True)
    relative = norm / (norm.mean(1, keepdim=True) + eps)
    by_channel = (-1, *(1,) * len(space))
    scale = 1 + gamma.view(by_channel) * relative
    return torch.addcmul(beta.view(by_channel), input, scale)


def _refuse_spaceless(input: Tensor) -> None:
    if input.ndim < 3:
        raise ValueError(f"input must have at least 3 dimensions (N, C, *S), but got {tuple(input.shape)}")
