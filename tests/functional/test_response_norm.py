"""Response normalisations against their definitions."""

import bounds
import numpy as np
import pytest
import strategies
import torch
from hypothesis import given
from hypothesis import strategies as st

import striate.functional as SF
import striate.nn as snn


def by_definition(input, gamma, beta, eps):
    result = np.zeros(input.shape)
    for n, sample in enumerate(input):
        norms = [np.sqrt((channel**2).sum()) for channel in sample]
        for c, channel in enumerate(sample):
            result[n, c] = gamma[c] * channel * norms[c] / (np.mean(norms) + eps) + beta[c] + channel
    return result


@given(
    st.lists(st.integers(1, 6), min_size=1, max_size=4),
    st.integers(0, 3),
    st.integers(1, 5),
    strategies.layouts,
    strategies.seeds,
    st.sampled_from((1e-6, 0.5)),
)
def test_equals_the_definition(size, batch, channels, layout, seed, eps):
    input = strategies.numbers((batch, channels, *size), seed, torch.float64)
    gamma, beta = (strategies.numbers((channels,), seed + i, torch.float64) for i in (1, 2))
    result = SF.global_response_norm(strategies.in_layout(input, layout), gamma, beta, eps).numpy()
    expected = by_definition(input.numpy(), gamma.numpy(), beta.numpy(), eps)
    magnitude = np.abs(by_definition(*map(np.abs, (input.numpy(), gamma.numpy(), beta.numpy())), eps))
    assert (np.abs(result - expected) <= bounds.summation(magnitude, input[0:1].numel() + 8, np.float64)).all()


def across_neighbours(input, size, alpha, beta, k):
    result = np.zeros(input.shape)
    for c in range(input.shape[1]):
        near = input[:, max(0, c - size // 2) : c + (size - 1) // 2 + 1]
        result[:, c] = input[:, c] / (k + alpha / size * (near**2).sum(1)) ** beta
    return result


@given(
    st.lists(st.integers(1, 6), min_size=1, max_size=4),
    st.integers(0, 3),
    st.integers(1, 9),
    strategies.layouts,
    strategies.seeds,
    st.integers(1, 7),
)
def test_across_neighbours_it_equals_the_definition_and_torch(size, batch, channels, layout, seed, neighbours):
    input = strategies.numbers((batch, channels, *size), seed, torch.float64)
    arguments = (neighbours, 0.7, 0.75, 2.0)
    result = SF.local_response_norm(strategies.in_layout(input, layout), *arguments)
    expected = across_neighbours(input.numpy(), *arguments)
    # The bracket is k and more, so that the error of its power is its own relative one, times beta.
    tolerance = bounds.summation(np.abs(expected), neighbours + 8, np.float64)
    assert (np.abs(result.numpy() - expected) <= tolerance).all()
    torch.testing.assert_close(result, torch.nn.functional.local_response_norm(input, *arguments))


def test_its_gradient_is_torchs():
    input, direction = (strategies.numbers((2, 7, 3, 5), seed, torch.float64) for seed in (0, 1))
    gradients = []
    for norm in (snn.LocalResponseNorm(4, alpha=0.7, k=2.0), torch.nn.LocalResponseNorm(4, alpha=0.7, k=2.0)):
        leaf = input.clone().requires_grad_()
        (norm(leaf) * direction).sum().backward()
        gradients.append(leaf.grad)
    torch.testing.assert_close(*gradients)


def test_an_image_of_zeros_has_a_gradient():
    input = torch.zeros(2, 3, 4, 4, requires_grad=True)
    SF.global_response_norm(input, torch.ones(3), torch.ones(3)).sum().backward()
    torch.testing.assert_close(input.grad, torch.ones_like(input))


def test_the_layer_starts_as_the_identity_and_learns():
    layer, input = snn.GlobalResponseNorm(3), strategies.numbers((2, 3, 5, 5), 0)
    torch.testing.assert_close(layer(input), input, rtol=0, atol=0)
    layer(input).square().sum().backward()
    assert layer.gamma.grad.all()
    assert layer.beta.grad.all()


def test_a_stronger_channel_gains_on_a_weaker_one():
    input = torch.ones(1, 2, 4, 4) * torch.tensor([3.0, 1.0]).view(1, 2, 1, 1)
    output = SF.global_response_norm(input, torch.ones(2), torch.zeros(2))
    torch.testing.assert_close(output[0, :, 0, 0], torch.tensor([3 + 3 * 1.5, 1 + 0.5]))


def test_channels_last_stays_so():
    input = strategies.numbers((2, 3, 5, 5), 0).contiguous(memory_format=torch.channels_last)
    output = SF.global_response_norm(input, torch.ones(3), torch.ones(3))
    assert output.is_contiguous(memory_format=torch.channels_last)


def test_refusals():
    with pytest.raises(ValueError, match=r"input must have at least 3 dimensions \(N, C, \*S\), but got \(2, 3\)"):
        SF.global_response_norm(torch.zeros(2, 3), torch.ones(3), torch.ones(3))
    with pytest.raises(ValueError, match=r"beta must have shape \(3,\) for an input of 3 channels, but got \(2,\)"):
        SF.global_response_norm(torch.zeros(2, 3, 4), torch.ones(3), torch.ones(2))
    with pytest.raises(ValueError, match="channels must be at least 1, but got 0"):
        snn.GlobalResponseNorm(0)
    with pytest.raises(ValueError, match="size must be at least 1, but got 0"):
        SF.local_response_norm(torch.zeros(2, 3, 4), 0)
