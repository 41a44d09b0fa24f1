import pytest
from hypothesis import given
from hypothesis import strategies as st

from striate.arithmetic import causal_step


@given(st.lists(st.integers(0, 9), max_size=20), st.integers(1, 5), st.integers(1, 7), st.integers(1, 3))
def test_each_chunk_brings_what_a_list_of_all_inputs_would(chunks, kernel, stride, dilation):
    come, done, held, seen = 0, 0, [], 0  # held: numbers of the inputs that are kept
    for size in chunks:
        step = causal_step(seen, size, kernel, stride, dilation)
        held += list(range(come, come + size))[step.skip :]
        come += size
        outputs = [o for o in range(done, come + 1) if o * stride < come]
        assert step.outputs == len(outputs)
        read = [o * stride - t * dilation for o in outputs for t in range(kernel)]
        assert {i for i in read if i >= 0} <= set(held)
        if outputs:
            assert step.before == max(-min(read), 0)
            first = held[0] - step.before  # where the first window begins
            assert first == outputs[0] * stride - (kernel - 1) * dilation
        done += len(outputs)
        held = held[len(held) - step.kept :]
        begin = done * stride - (kernel - 1) * dilation
        assert held == list(range(max(begin, 0), come))
        seen = step.seen
        assert seen < (kernel - 1) * dilation + stride + 1
    assert done == -(-come // stride)


@pytest.mark.parametrize("arguments", [(-1, 2), (0, -2)])
def test_counts_are_not_negative(arguments):
    with pytest.raises(
        ValueError, match=f"seen and size must be at least 0, but got {arguments[0]} and {arguments[1]}"
    ):
        causal_step(*arguments, kernel=3)
