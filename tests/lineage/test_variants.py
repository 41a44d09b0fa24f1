import pytest
import torch
from samples import bars

from striate.lineage.variants import some_of, train_variant
from striate.train import fit

DATA = bars()


def test_without_options_it_is_the_training_of_the_command_line():
    model, history = train_variant("mobilenet-v1-mini", DATA, epochs=1, seed=3)
    same = fit("mobilenet-v1-mini", DATA, epochs=1, seed=3)
    for ours, theirs in zip(model.parameters(), same.model.parameters(), strict=True):
        torch.testing.assert_close(ours, theirs, rtol=0, atol=0)
    assert history["loss"] == same["loss"]


def test_options_make_another_network():
    model, history = train_variant("mobilenet-v1-mini", DATA, {"convolution": "full"}, epochs=1)
    assert model.layer1.convolution.weight.shape[2:] == (3, 3)
    assert len(history) == 1
    with pytest.raises(TypeError, match=r"model 'mobilenet-v1-mini' takes .*, but got bank"):
        train_variant("mobilenet-v1-mini", DATA, {"bank": "random"})


def test_a_few_are_drawn_without_repetition():
    few = some_of(DATA, 7, 3)
    assert (len(few.train), len(few.test), few.classes) == (7, 3, DATA.classes)
    assert torch.equal(some_of(DATA, 5, 3).train.images, few.train.images[:5])
    whole = some_of(DATA, len(DATA.train), 1).train
    assert not torch.equal(whole.images, DATA.train.images)
    sums = [part.images.flatten(1).sum(1).sort().values for part in (whole, DATA.train)]
    assert torch.equal(*sums)
