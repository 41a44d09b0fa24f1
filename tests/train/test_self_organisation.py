import pytest
import torch

from striate.data import load
from striate.data.stimuli import distorted, five_patterns, presentations
from striate.models.neocognitron import Neocognitron
from striate.train.linear_readout import linear_readout
from striate.train.self_organisation import c_cells, recognise, representatives, self_organise, winner_labels

FIVE = torch.arange(5)


def organised(seed=0, together=False):
    shown = presentations(five_patterns(), 20, largest_shift=3, generator=torch.Generator().manual_seed(seed))
    model = Neocognitron()
    self_organise(model, shown, together=together)
    return model, winner_labels(model(shown), FIVE.repeat(20), 5)


@pytest.fixture(scope="module")
def trials():
    return distorted(five_patterns(), largest_shift=3, generator=torch.Generator().manual_seed(9))


def share(model, names, images):
    return (recognise(model(images), names) == FIVE.repeat(len(images) // 5)).float().mean().item()


@pytest.mark.parametrize("together", [False, True])
def test_five_patterns_are_recognised_wherever_they_are(trials, together):
    model, names = organised(together=together)
    assert share(model, names, trials["shifted"]) == 1


def test_five_patterns_are_recognised_in_noise_broken_and_larger(trials):
    model, names = organised()
    assert share(model, names, trials["noisy"]) > 0.85
    assert share(model, names, trials["broken"]) > 0.85
    assert share(model, names, trials["larger"]) >= 0.8


def test_no_last_cell_answers_to_two_patterns(trials):
    model, names = organised()
    answering = (model(trials["shifted"]) > 0).reshape(49, 5, 24).any(0)
    assert (answering.sum(0) <= 1).all()
    assert answering.any(1).all()
    assert 5 <= (names >= 0).sum() <= 7


def test_before_learning_nothing_is_recognised_reliably(trials):
    model = Neocognitron()
    names = winner_labels(model(trials["shifted"]), FIVE.repeat(49), 5)  # even with names from the very trials
    assert share(model, names, trials["shifted"]) < 0.7


def test_the_same_images_give_the_same_synapses():
    (one, _), (other, _) = organised(), organised()
    for name, value in one.state_dict().items():
        assert torch.equal(value, other.state_dict()[name])


def test_a_linear_readout_of_digits_learnt_without_labels_beats_that_of_pixels():
    data = load("mnist")
    images, labels = data.train.images[:2000].float() / 255, data.train.labels[:2000]
    test, truth = data.test.images[:1000].float() / 255, data.test.labels[:1000]
    model = Neocognitron((24, 1, 1), 28)
    self_organise(model, images[:200])
    features, of_test = c_cells(model, images, 0), c_cells(model, test, 0)
    found = {
        name: (linear_readout(*readout, classes=10, epochs=4) == truth).float().mean().item()
        for name, readout in {
            "pixels": (images.flatten(1), labels, test.flatten(1)),
            "features": (features, labels, of_test),
        }.items()
    }
    assert found["features"] > found["pixels"] + 0.03


def test_a_column_has_one_winner_and_a_plane_one_representative():
    answers = torch.zeros(3, 9, 9)
    answers[0, 1, 1] = 0.5
    answers[1, 2, 2] = 0.4  # loses every 3 x 3 square that has both, and wins others
    answers[2, 1, 2] = 0.3  # loses all
    answers[1, 7, 7] = 0.6  # the stronger of plane 1
    assert representatives(answers, 3) == [(0, 1, 1), (1, 7, 7)]
    assert representatives(torch.zeros(3, 9, 9), 3) == []


def test_equal_answers_are_decided_by_order():
    answers = torch.zeros(2, 3, 3)
    answers[:, 0, 0] = answers[1, 2, 2] = 0.5
    assert representatives(answers, 1) == [(0, 0, 0), (1, 2, 2)]


def test_cells_are_named_by_what_they_answer_to():
    answers = torch.tensor([[0.9, 0.1, 0], [0.8, 0.2, 0], [0.7, 0.2, 0], [0.1, 0.2, 0], [0, 0, 0]])
    names = winner_labels(answers, torch.tensor([2, 2, 1, 0, 1]), 3)
    assert names.tolist() == [2, 0, -1]
    assert recognise(answers, names).tolist() == [2, 2, 2, 0, -1]


def test_c_cells_are_those_of_the_model():
    model, _ = organised()
    images = five_patterns().repeat(30, 1, 1, 1)  # more than at once
    for module, answers in enumerate(model.answers(images)):
        torch.testing.assert_close(c_cells(model, images, module), answers.c.flatten(1))


def test_images_of_another_size_are_refused_before_anything_is_learnt():
    model = Neocognitron()
    before = model.s1.excitatory.clone()
    with pytest.raises(ValueError, match=r"images of this neocognitron are \(N, 1, 16, 16\)"):
        self_organise(model, torch.rand(2, 1, 28, 28))
    assert torch.equal(model.s1.excitatory, before)
