"""The convolution as a matrix: its products are the convolution and the transposed one."""

import pytest
import strategies
import torch
from hypothesis import given
from hypothesis import strategies as st

import striate.functional as SF
from striate.arithmetic import Geometry


@given(strategies.problems(ranks=(1, 2, 3), largest=5), strategies.seeds, st.booleans())
def test_the_matrix_times_a_sample_is_the_convolution(drawn, seed, flip):
    problem, padding = drawn
    modes = tuple("zeros" if mode == "constant" else mode for mode in problem.modes)
    input = strategies.numbers((1, *problem.input_shape[1:]), seed, torch.float64)
    weight = strategies.numbers(problem.weight_shape, seed + 1, torch.float64)
    geometry = Geometry.of(problem.kernel, problem.stride, padding, problem.dilation)
    matrix = SF.as_matrix(geometry, weight, problem.size, problem.groups, padding_mode=problem.modes, flip=flip)
    window = {"dilation": problem.dilation, "groups": problem.groups, "padding_mode": modes, "flip": flip}
    forth = SF.conv(input, weight, None, problem.stride, padding, **window)
    torch.testing.assert_close((matrix @ input.flatten()).reshape(forth.shape), forth)
    grad = strategies.numbers(forth.shape, seed + 2, torch.float64)
    back = SF.conv_transpose(grad, weight, None, problem.stride, padding, output_size=problem.size, **window)
    torch.testing.assert_close((matrix.t() @ grad.flatten()).reshape(back.shape), back)


def test_a_matrix_read_by_hand():
    geometry = Geometry.of((3,), stride=2, padding=1)
    weight = torch.tensor([[[1.0, 2, 4]]])
    rows = {
        "zeros": [[2, 4, 0, 0], [0, 1, 2, 4]],
        "replicate": [[3, 4, 0, 0], [0, 1, 2, 4]],
        "reflect": [[2, 5, 0, 0], [0, 1, 2, 4]],
        "circular": [[2, 4, 0, 1], [0, 1, 2, 4]],
        "mean": [[2.25, 4.25, 0.25, 0.25], [0, 1, 2, 4]],
    }
    for mode, expected in rows.items():
        assert SF.as_matrix(geometry, weight, (4,), padding_mode=mode).to_dense().tolist() == expected, mode


@pytest.mark.filterwarnings("ignore:Sparse CSR tensor support is in beta")
def test_it_is_sparse_and_differentiable():
    geometry = Geometry.of((3, 3), padding="same")
    weight = strategies.numbers((2, 1, 3, 3), 0, torch.float64).requires_grad_()
    matrix = SF.as_matrix(geometry, weight, (5, 6), 2, padding_mode="circular")
    assert matrix.is_coalesced()
    assert matrix._nnz() == 2 * 30 * 9
    assert matrix.to_sparse_csr().layout is torch.sparse_csr
    assert torch.autograd.gradcheck(
        lambda w: SF.as_matrix(geometry, w, (5, 6), 2, padding_mode="circular").to_dense(), weight, fast_mode=True
    )


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"size": (4, 4)}, "size must be an int or 1 int, but got 2"),
        ({"weight": torch.zeros(1, 1, 2)}, r"weight must be \(O, C / groups, \*\(3,\)\), but got \(1, 1, 2\)"),
        ({"groups": 2}, "weight has 1 output channels, which groups 2 does not divide"),
        ({"padding_mode": "edge"}, "padding_mode must be one of 'zeros'"),
        ({"size": (2,)}, "kernel size 3 is larger than the padded input size 2"),
    ],
)
def test_what_does_not_fit_is_refused(arguments, message):
    right = {"geometry": Geometry.of((3,)), "weight": torch.zeros(1, 1, 3), "size": (4,)}
    with pytest.raises(ValueError, match=message):
        SF.as_matrix(**{**right, **arguments})
