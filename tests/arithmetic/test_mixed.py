import pytest
from hypothesis import given
from hypothesis import strategies as st

from striate.arithmetic import Window, aligned_amounts, channel_runs, even_blocks, padding_amounts, widest_dilation


@given(st.integers(1, 40), st.data())
def test_blocks_are_even_in_order_and_whole(total, data):
    parts = data.draw(st.integers(1, total))
    blocks = even_blocks(total, parts)
    assert [i for block in blocks for i in block] == list(range(total))
    sizes = [len(block) for block in blocks]
    assert sizes == sorted(sizes, reverse=True)
    assert max(sizes) - min(sizes) <= 1


@pytest.mark.parametrize("parts", [0, 4])
def test_blocks_that_cannot_be(parts):
    with pytest.raises(ValueError, match=f"parts must be from 1 to 3, but got {parts}"):
        even_blocks(3, parts)


@given(st.integers(1, 6), st.integers(1, 6), st.data())
def test_each_output_is_in_one_run_with_its_own_group_and_block(groups, size, data):
    outputs = groups * size
    parts = data.draw(st.integers(1, outputs))
    runs = channel_runs(outputs, groups, parts)
    blocks = even_blocks(outputs, parts)
    assert [o for run in runs for o in range(run.start, run.stop)] == list(range(outputs))
    for run in runs:
        count = run.stop - run.start
        assert count % run.groups == 0
        for o in range(run.start, run.stop):
            assert o in blocks[run.block]
            assert run.first_group + (o - run.start) // (count // run.groups) == o // size


@given(st.integers(1, 40), st.integers(1, 6), st.integers(1, 4), st.integers(1, 4), st.sampled_from([1, 2, 3]))
def test_a_narrow_window_has_the_outputs_of_the_widest(size, kernel, dilation, more, stride):
    widest = dilation + more - 1
    for word in ("same", "same_lower", "full", "causal", None):
        amounts = (3, 30) if word is None else padding_amounts(word, size, kernel, stride, widest)
        own = aligned_amounts(amounts, kernel, widest, dilation, word)
        wide = Window(kernel, stride, widest, *amounts).output_size(size)
        assert Window(kernel, stride, dilation, *own).output_size(size) == wide
        if word in {"same", "same_lower", "causal"} and stride == 1:
            assert own == padding_amounts(word, size, kernel, 1, dilation)


def test_the_widest_dilation_of_each_axis():
    assert widest_dilation([(1, 5), (3, 2)]) == (3, 5)
