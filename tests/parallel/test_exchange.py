"""Which elements a rank needs: those that a window reads from the signal as the border rule extends it."""

import numpy as np
import pytest
import torch

import striate.functional as SF
from striate.arithmetic import Window
from striate.parallel.exchange import NOTHING, places_read, shard


@pytest.mark.parametrize("mode", ["zeros", "reflect", "symmetric", "replicate", "circular"])
@pytest.mark.parametrize("ranks", [1, 3, 4])
def test_runs_are_cut_from_the_padded_signal(mode, ranks):
    window = Window(kernel=3, stride=2, dilation=2, before=9, after=8)
    signal = torch.arange(1.0, 8.0).reshape(1, 1, 7)
    padded = SF.pad(signal, ((9, 8),), mode)[0, 0].numpy()
    outputs = window.output_size(7)
    for rank in range(ranks):
        own = shard(outputs, rank, ranks)
        places = places_read(7, own, window, mode)
        read = np.where(places == NOTHING, 0, places + 1)
        expected = padded[own.start * 2 : (own.stop - 1) * 2 + 5] if own else padded[:0]
        np.testing.assert_array_equal(read, expected)


@pytest.mark.parametrize("size", [0, 1, 4, 5, 13])
@pytest.mark.parametrize("ranks", [1, 2, 3, 4])
def test_shards_are_those_of_chunk(size, ranks):
    chunks = [chunk.tolist() for chunk in torch.arange(size).chunk(ranks)] if size else []
    assert [list(shard(size, rank, ranks)) for rank in range(ranks)][: len(chunks)] == chunks
    assert sum(len(shard(size, rank, ranks)) for rank in range(ranks)) == size
