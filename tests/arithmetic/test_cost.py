import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch.utils.flop_counter import FlopCounterMode

from striate.arithmetic import Geometry, convolution_cost


@given(
    st.integers(1, 3),
    st.integers(1, 3),
    st.integers(1, 2),
    st.integers(1, 3),
    st.integers(1, 2),
    st.integers(0, 2),
    st.integers(5, 9),
    st.integers(1, 3),
)
def test_multiply_adds_are_half_of_torchs_flops(inputs, outputs, groups, kernel, stride, padding, size, batch):
    geometry = Geometry.of((kernel, kernel), stride, padding)
    input = torch.randn(batch, inputs * groups, size, size, requires_grad=True)
    weight = torch.randn(outputs * groups, inputs, kernel, kernel, requires_grad=True)
    cost = convolution_cost(inputs * groups, outputs * groups, geometry, (size, size), batch=batch, groups=groups)
    with FlopCounterMode(display=False) as forward:
        result = torch.nn.functional.conv2d(input, weight, None, stride, padding, 1, groups)
    assert forward.get_total_flops() == 2 * cost.forward.multiply_adds
    if groups == 1:  # torch's counter forgets the groups in its backward formula
        with FlopCounterMode(display=False) as backward:
            result.sum().backward()
        assert backward.get_total_flops() == 2 * (cost.backward_data.multiply_adds + cost.backward_weight.multiply_adds)


def test_lenet5_c1_by_hand():
    cost = convolution_cost(1, 6, Geometry.of((5, 5)), (32, 32), batch=10)
    assert cost.parameters == 6 * (25 + 1)
    assert cost.forward.multiply_adds == 10 * 6 * 28 * 28 * 25
    assert cost.forward.bytes == 4 * (10 * 32 * 32 + 6 * 26 + 10 * 6 * 28 * 28)
    assert cost.backward_data.bytes == 4 * (10 * 32 * 32 + 6 * 25 + 10 * 6 * 28 * 28)
    assert cost.forward.intensity == cost.forward.multiply_adds / cost.forward.bytes


def test_groups_that_do_not_divide_are_refused_with_the_numbers():
    with pytest.raises(ValueError, match="in_channels must be divisible by groups, but 4 is not divisible by 3"):
        convolution_cost(4, 6, Geometry.of((3,)), (8,), groups=3)
    with pytest.raises(ValueError, match="out_channels must be divisible by groups, but 4 is not divisible by 3"):
        convolution_cost(6, 4, Geometry.of((3,)), (8,), groups=3)
