import pytest
import torch

import striate.nn as snn
from striate.models.causal_net import CausalNet


class Halves(CausalNet):
    def __init__(self):
        super().__init__()
        self.first, self.second = snn.CausalConv1d(1, 4, 3, stride=2), snn.CausalConv1d(4, 2, 3)

    def compute(self, input, run):
        return run(self.second, run(self.first, input).relu())


def test_a_step_returns_a_state_for_every_layer():
    torch.manual_seed(0)
    net, signal = Halves(), torch.rand(1, 1, 21)
    whole = net(signal)
    first, state = net.step(signal[..., :8])
    assert [kept.history.shape[1] for kept in state] == [1, 4]
    second, _ = net.step(signal[..., 8:], state)
    torch.testing.assert_close(torch.cat([first, second], 2), whole, rtol=0, atol=0)


def test_a_net_says_what_it_computes():
    with pytest.raises(NotImplementedError, match="CausalNet does not say what it computes: define compute"):
        CausalNet()(torch.rand(1, 1, 5))
