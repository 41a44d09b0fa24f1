"""However many processes train a model, they come to the same weights."""

import pytest
import torch
import workers
from processes import together
from samples import BarNet, bars

from striate.train import fit


@pytest.fixture(scope="module")
def learnt(tmp_path_factory):
    """Weights and rows of `workers.CASES`, by one process, two and four."""
    folder = tmp_path_factory.mktemp("learnt")
    for count in (1, 2, 4):
        assert together(count, workers.learn, folder, alone=count == 1) == [0] * count
    return lambda name, kind, count, rank=0: torch.load(folder / f"{name}-{kind}-{count}-{rank}.pt")


@pytest.mark.parametrize("count", [2, 4])
@pytest.mark.parametrize(
    ("name", "kind"), [*((name, "ddp") for name in workers.CASES), ("plain", "fsdp"), ("averaged", "fsdp")]
)
def test_the_weights_are_those_of_one_process_but_for_rounding(learnt, name, kind, count):
    alone, rows = learnt(name, "ddp", 1)
    # Rounding differs by an eps or so of a sum at each step, and a step of SGD moves it on by a factor near one
    settings = {**workers.TRAINING, **workers.CASES[name]}
    steps = settings["epochs"] * -(-64 // settings["batch_size"])
    bound = 64 * steps * torch.finfo(torch.float64 if name == "double" else torch.float32).eps
    for rank in range(count):
        shared, theirs = learnt(name, kind, count, rank)
        assert shared.keys() == alone.keys()
        for key, value in alone.items():
            torch.testing.assert_close(
                shared[key], value, rtol=bound, atol=bound, msg=lambda said, key=key: f"{key}: {said}"
            )
        for ours, other in zip(rows, theirs, strict=True):
            for column in ("epoch", "loss", "acc", "val_loss", "val_acc", "lr"):
                assert other[column] == pytest.approx(ours[column], rel=1e3 * bound, abs=1e3 * bound)


def test_processes_hold_the_same_weights_bit_for_bit(learnt):
    for name in workers.CASES:
        first, _ = learnt(name, "ddp", 4, 0)
        for rank in (1, 2, 3):
            other, _ = learnt(name, "ddp", 4, rank)
            assert all(torch.equal(first[key], other[key]) for key in first)


def test_the_comparison_can_fail(learnt):
    one, other = learnt("plain", "ddp", 1)[0], learnt("uneven", "ddp", 1)[0]
    assert max(float((one[key] - other[key]).abs().max()) for key in one) > 1e-3


class Plain(torch.nn.Sequential):
    """Nothing in it looks at the whole batch."""

    def __init__(self):
        with torch.random.fork_rng():
            torch.manual_seed(0)
            super().__init__(torch.nn.Flatten(), torch.nn.Linear(144, 8), torch.nn.Tanh(), torch.nn.Linear(8, 2))


@pytest.mark.parametrize("accumulate", [2, 3, 50])
def test_a_batch_in_parts_has_the_gradient_of_the_whole(accumulate):
    settings = {"epochs": 2, "batch_size": 10, "threads": 1, "optimizer": "sgd", "lr": 0.05}
    whole, parts = Plain(), Plain()
    histories = [fit(whole, bars(), **settings), fit(parts, bars(), **settings, accumulate=accumulate)]
    bound = 64 * 14 * torch.finfo(torch.float32).eps
    for one, other in zip(whole.parameters(), parts.parameters(), strict=True):
        torch.testing.assert_close(one, other, rtol=bound, atol=bound)
    assert histories[0]["acc"] == histories[1]["acc"]
    assert histories[0]["loss"] == pytest.approx(histories[1]["loss"], rel=bound)


def test_batch_norms_see_the_parts():
    models = [BarNet(), BarNet()]
    for model, accumulate in zip(models, (1, 2), strict=True):
        fit(model, bars(), epochs=1, batch_size=32, threads=1, accumulate=accumulate)
    assert [int(model[1].num_batches_tracked) for model in models] == [2, 4]
