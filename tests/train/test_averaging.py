import torch
from samples import BarNet, bars, same_weights
from torch import nn

from striate.train import Callback, fit
from striate.train.averaging import averaged_copy


def test_the_average_moves_by_the_published_rule():
    model = nn.Linear(2, 1, bias=False)
    average = averaged_copy(model, 0.3)
    seen = []
    for n in range(1, 8):
        nn.init.constant_(model.weight, n * n)
        average.update_parameters(model)
        seen.append(average.module.weight[0, 0].item())
    expected = [1.0]
    for n in range(2, 8):
        decay = min(0.3, n / (9 + n))  # n - 1 updates came before
        expected.append(decay * expected[-1] + (1 - decay) * n * n)
    torch.testing.assert_close(torch.tensor(seen), torch.tensor(expected))
    assert 4 / 13 > 0.3 > 3 / 12  # the warm-up and the bound have both been at work


def test_buffers_are_averaged_and_whole_numbers_taken_over():
    model = nn.BatchNorm1d(3)
    average = averaged_copy(model, 0.9)
    generator = torch.Generator().manual_seed(0)
    for _ in range(3):
        model(torch.randn(8, 3, generator=generator) + 5)
        average.update_parameters(model)
    assert average.module.num_batches_tracked == model.num_batches_tracked == 3
    assert not torch.equal(average.module.running_mean, model.running_mean)


def test_fit_measures_and_leaves_the_average(tmp_path):
    class Follower(Callback):
        def __init__(self, model):
            self.model, self.average = model, averaged_copy(model, 0.8)

        def on_step(self, _):
            self.average.update_parameters(self.model)

    model, plain = BarNet(), BarNet()
    follower = Follower(model)
    options = {"epochs": 2, "batch_size": 20, "threads": 1}
    history = fit(model, bars(), ema=0.8, callbacks=[follower], output=tmp_path / "run", **options)
    assert same_weights(model, follower.average.module)
    fit(plain, bars(), **options)
    assert not same_weights(model, plain)
    assert history.model is model
