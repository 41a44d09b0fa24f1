"""Compiled whole for sizes that change: the arithmetic takes symbolic sizes, words and borders included."""

import pytest
import strategies
import torch

import striate.functional as SF

WEIGHT = strategies.numbers((4, 4, 3, 3), 0, torch.float64)
PAIRS = ((1, 2), (0, 1))


def unfolded_and_folded(x):
    columns = SF.unfold(x, (3, 3), 1, "same", 2, padding_mode="replicate")
    return SF.fold(columns, x.shape[2:], (3, 3), 1, "same", 2, padding_mode="replicate")


CALLS = {
    "conv": lambda x: SF.conv2d(x, WEIGHT, None, 2, "same"),
    "conv, border": lambda x: SF.conv2d(x, WEIGHT, None, 2, "same", padding_mode="symmetric"),
    "conv, spread": lambda x: SF.conv2d(x, WEIGHT, padding="same", input_dilation=2),
    "transposed": lambda x: SF.conv_transpose2d(x, WEIGHT, None, 2, "same"),
    "transposed, border": lambda x: SF.conv_transpose2d(x, WEIGHT, None, 2, PAIRS, padding_mode="circular"),
    "transposed, size": lambda x: SF.conv_transpose2d(
        x, WEIGHT, None, 2, 1, output_size=(2 * x.shape[2], 2 * x.shape[3] - 1)
    ),
    "fold": unfolded_and_folded,
    "spatial, mean": lambda x: SF.spatial_separable_conv(
        x, [WEIGHT[..., 0], WEIGHT[..., 1]], padding="same", padding_mode="mean"
    ),
    "separable transposed": lambda x: SF.separable_conv_transpose(
        x, WEIGHT[:, :1], WEIGHT[..., :1, :1], None, 2, "same", padding_mode="reflect", flip=True
    ),
    "mixed": lambda x: SF.mixed_dilation_conv(x, WEIGHT, None, (1, 2), 2, padding_mode="replicate"),
    "causal": lambda x: SF.causal_conv(x, WEIGHT, None, 2, "same", axis=1),
    "resized": lambda x: SF.resize_conv(x, WEIGHT, scale_factor=(1.5, 0.7), mode="linear"),
}


@pytest.mark.parametrize("name", CALLS)
@pytest.mark.parametrize("dynamic", [None, True])
def test_compiled_is_eager_at_every_size(name, dynamic):
    torch.compiler.reset()
    compiled = torch.compile(CALLS[name], backend="aot_eager", fullgraph=True, dynamic=dynamic)
    for size in (5, 7, 8):
        input = strategies.numbers((2, 4, size, size + 1), size, torch.float64)
        torch.testing.assert_close(compiled(input), CALLS[name](input))


@pytest.mark.filterwarnings("ignore:.torch.jit.script. is deprecated")  # torch's own forward mode loads it
@pytest.mark.parametrize("name", CALLS)
def test_every_transform_of_torch_knows_it(name):
    call, input = CALLS[name], strategies.numbers((2, 4, 5, 6), 0, torch.float64)
    tangent = strategies.numbers(input.shape, 1, torch.float64)
    expected, slope = torch.func.jvp(call, (input,), (tangent,))
    torch.testing.assert_close(expected, call(input))
    torch.testing.assert_close(slope, call(tangent))  # linear
    torch.testing.assert_close(torch.func.vmap(call)(input[:, None])[:, 0], expected)
    (gradient,) = torch.autograd.grad(call(input.requires_grad_()), input, expected)
    torch.testing.assert_close(torch.func.vjp(call, input.detach())[1](expected)[0], gradient)
