import pytest
import torch

import striate.nn as snn
from striate.data import speak
from striate.models import create
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


@pytest.mark.parametrize("name", ["wavenet", "wavenet-mini", "tcn", "tcn-mini"])
def test_first_weights_pass_on_a_signal_as_faint_as_speech(name):
    signal, _ = speak(1, 600, seed=3)
    assert signal.std() < 0.2
    torch.manual_seed(0)
    with torch.no_grad():
        scores = create(name).eval()(signal)
    assert 0.05 < scores.std(2).mean() < 1  # 0.003 to 0.04 with torch's own first weights and no rescaling
