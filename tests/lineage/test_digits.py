import torch

from striate.data import load, subset
from striate.lineage import digits
from striate.train import fit


def test_it_is_the_training_of_fit_on_as_many_digits(monkeypatch):
    seen = []

    def watched(model, data, **settings):
        seen.append((data, settings))
        return fit(model, data, threads=1, **settings)

    monkeypatch.setattr(digits, "fit", watched)
    found = digits.learn_digits("lenet5-modern", images=96, tested=40, augment="distort", epochs=2, seed=3)
    ((data, settings),) = seen
    assert settings == {"augment": "distort", "epochs": 2, "seed": 3}
    whole = load("mnist")
    assert torch.equal(data.train.images, subset(whole.train, 96, seed=3).images)
    assert torch.equal(data.test.labels, subset(whole.test, 40, seed=3).labels)
    again = fit("lenet5-modern", data, threads=1, **settings)
    assert found.error == again.metrics.error
    assert 0 < found.seconds < 60


def test_all_digits_and_the_recipe_unless_something_else_is_asked_for(monkeypatch):
    def told(_, data, **settings):
        assert (len(data.train), len(data.test)) == (60000, 10000)
        assert settings == {"augment": None, "epochs": None, "seed": 0}
        return {"val_acc": [0.5, 0.75], "seconds": [1.0, 2.0]}

    monkeypatch.setattr(digits, "fit", told)
    assert digits.learn_digits("lenet5") == digits.Learnt(error=0.25, seconds=3.0)
