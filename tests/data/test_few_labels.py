import pytest
import torch
from samples import bars

from striate.data import ImageData, Images, few_labels


@pytest.fixture
def data():
    return bars(90)


def rows(images):
    """Each image as something that a set can hold."""
    return [image.numpy().tobytes() for image in images]


def test_each_class_keeps_as_many_and_the_test_stays(data):
    few = few_labels(data, 3, seed=0)
    assert few.train.labels.tolist() == [0, 0, 0, 1, 1, 1]
    assert few.test is data.test
    assert (few.name, few.classes) == (data.name, data.classes)


def test_they_are_drawn_from_the_training_images_with_their_labels(data):
    few = few_labels(data, 5, seed=1)
    known = dict(zip(rows(data.train.images), data.train.labels.tolist(), strict=True))
    kept = rows(few.train.images)
    assert len(set(kept)) == 10
    assert [known[image] for image in kept] == few.train.labels.tolist()
    assert not set(kept) & set(rows(data.test.images))


def test_the_seed_draws_and_fewer_are_the_first_of_more(data):
    two, five = few_labels(data, 2, seed=3).train.images, few_labels(data, 5, seed=3).train.images
    assert torch.equal(two, five[[0, 1, 5, 6]])
    assert not torch.equal(two, few_labels(data, 2, seed=4).train.images)


def test_an_image_stands_there_once_a_pass(data):
    once, thrice = few_labels(data, 2, seed=0).train, few_labels(data, 2, seed=0, passes=3).train
    assert torch.equal(thrice.images, once.images.repeat(3, 1, 1, 1))
    assert torch.equal(thrice.labels, once.labels.repeat(3))


def test_what_cannot_be_kept(data):
    with pytest.raises(ValueError, match="each: came as 0, expected at least 1"):
        few_labels(data, 0, seed=0)
    with pytest.raises(ValueError, match="passes: came as 0, expected at least 1"):
        few_labels(data, 1, seed=0, passes=0)
    rare = Images(data.train.images[:3], torch.tensor([0, 0, 1]))
    with pytest.raises(ValueError, match="each: came as 2, but 'bars' has 1 training images of 'standing'"):
        few_labels(ImageData("bars", rare, data.test, data.classes), 2, seed=0)
