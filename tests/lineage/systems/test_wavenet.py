import pytest
import torch

from striate.lineage.systems.wavenet import LARGEST, chunk_sizes, largest_difference, real_time_factor
from striate.models.causal_net import CausalNet
from striate.models.tcn import TCN
from striate.models.wavenet import WaveNet


@pytest.mark.parametrize("samples", [1, 7, 3000])
def test_chunks_make_the_signal(samples):
    sizes = chunk_sizes(samples, seed=1)
    assert sum(sizes) == samples
    assert 1 <= min(sizes) <= max(sizes) <= LARGEST
    assert sizes == chunk_sizes(samples, seed=1)


@pytest.mark.parametrize(
    "net", [WaveNet(channels=4, gated=4, skips=4, stacks=1, doublings=3, classes=3), TCN(widths=(4, 4), classes=3)]
)
def test_a_stream_gives_the_whole(net):
    assert largest_difference(net, torch.rand(2, 1, 900)) == 0.0
    assert net.training  # it is left in the mode it was in
    assert real_time_factor(net, torch.rand(1, 1, 480)) > 0


def test_a_difference_is_found():
    class Forgetful(CausalNet):
        def compute(self, input, run):  # noqa: ARG002  no layer is run
            return input - input[..., :1]  # which a chunk's own beginning replaces

    assert largest_difference(Forgetful(), torch.rand(1, 1, 900)) > 0.1
