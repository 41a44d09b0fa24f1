"""Global response normalisation: channels compete by the strength of their whole map."""

import torch
from torch import Tensor


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
    if input.ndim < 3:
        raise ValueError(f"input must have at least 3 dimensions (N, C, *S), but got {tuple(input.shape)}")
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
