import pytest
import rectified
import torch
from torch import nn

from striate.view import deconvnet, top_patches

CROSS = torch.tensor([[0.0, 1, 0], [1, 1, 1], [0, 1, 0]])
RING = torch.tensor([[1.0, 1, 1], [1, 0, 1], [1, 1, 1]])


def detector():
    """Answers crosses with channel 0 and rings with channel 1; anything else less."""
    model = nn.Sequential(nn.Conv2d(1, 2, 3, bias=False, padding=1), nn.ReLU(), nn.MaxPool2d(2))
    model[0].weight.data = torch.stack([CROSS - 0.5, RING - 0.5])[:, None]
    return model


def planted():
    """250 faint images; crosses and rings of falling strength in some of them, with the corner of each."""
    images = 0.05 * torch.rand(250, 1, 12, 12, generator=torch.Generator().manual_seed(3))
    places = {(0, 7): (4, 6), (0, 203): (0, 9), (0, 118): (7, 1), (1, 240): (3, 3), (1, 7): (9, 0), (1, 30): (6, 2)}
    for order, ((kind, number), (row, column)) in enumerate(places.items()):
        images[number, 0, row : row + 3, column : column + 3] = (1 - 0.1 * (order % 3)) * (CROSS, RING)[kind]
    return images, places


@pytest.mark.parametrize("layer", ["0", None])
def test_patches_are_found_where_they_were_planted_strongest_first(layer):
    images, places = planted()
    found = top_patches(detector(), images, layer, count=3).array
    for channel in (0, 1):
        numbers = [number for kind, number in places if kind == channel]
        assert found.images[channel].tolist() == numbers
        for rank, number in enumerate(numbers):
            row, column = places[channel, number]
            down, right = (row - int(found.corners[channel, rank, 0]), column - int(found.corners[channel, rank, 1]))
            patch = found.patches[channel, rank, 0, down : down + 3, right : right + 3]
            assert torch.equal(patch, images[number, 0, row : row + 3, column : column + 3])
    assert found.channels.tolist() == [0, 1]
    assert found.patches.shape[2:] == ((1, 3, 3) if layer == "0" else (1, 4, 4))


def test_streams_of_any_batches_give_the_same():
    images, _ = planted()
    expected = top_patches(detector(), images, "2", 1, count=5).array
    found = top_patches(detector(), images.split(11), "2", 1, count=5).array
    for one, other in zip(found[:-1], expected[:-1], strict=True):
        assert torch.equal(one, other)


def test_each_projection_is_that_of_its_unit_alone():
    model, images = rectified.Net(nn.ReLU(inplace=True)), torch.rand(30, 1, 12, 12)
    before = rectified.state(model)
    found = top_patches(model, images, "second", (4, 1), count=2).array
    assert rectified.state(model) == before
    for row, channel in enumerate((4, 1)):
        for rank in range(2):
            image = images[found.images[row, rank]]
            alone = deconvnet(model, image, "second", channel).array
            assert alone.unit.position == tuple(found.positions[row, rank].tolist())
            assert alone.activation == pytest.approx(float(found.activations[row, rank]), rel=1e-5)
            assert found.signals[row, rank].abs().sum() == pytest.approx(float(alone.signal.abs().sum()), rel=1e-5)


def test_a_layer_without_places_shows_whole_images():
    images = torch.rand(10, 1, 12, 12)
    model = rectified.Net(nn.ReLU())
    found = top_patches(model, images, "head", 2, count=4).array
    scores = model(images)[:, 2].detach()
    assert found.images[0].tolist() == scores.argsort(descending=True)[:4].tolist()
    assert torch.equal(found.patches[0], images[found.images[0]])
    assert found.positions.shape == (1, 4, 0)


def test_signals_and_fewer_images_than_asked_for():
    picture = top_patches(nn.Sequential(nn.Conv1d(2, 3, 5), nn.ReLU()), torch.rand(4, 2, 20), count=9)
    assert picture.array.patches.shape == (3, 4, 2, 5)
    assert len(picture.figure.axes) == 2 * 3 * 4


def test_a_row_a_channel_with_its_projections_under_it():
    images, _ = planted()
    picture = top_patches(detector(), images, "0", (1,), count=3)
    top, below = picture.figure.axes[0], picture.figure.axes[3]
    assert top.get_ylabel().startswith("channel 1\n")
    assert torch.equal(torch.from_numpy(top.images[0].get_array().data), picture.array.patches[0, 0, 0])
    assert torch.equal(torch.from_numpy(below.images[0].get_array().data), picture.array.signals[0, 0, 0])


def test_what_cannot_be_shown_is_refused():
    images = torch.rand(3, 1, 8, 8)
    with pytest.raises(ValueError, match="count is 0, but at least 1 patch"):
        top_patches(detector(), images, count=0)
    with pytest.raises(ValueError, match="channel is 2, but layer '2' has channels 0 to 1"):
        top_patches(detector(), images, channels=2)
    with pytest.raises(ValueError, match="channels is empty"):
        top_patches(detector(), images, channels=())
    with pytest.raises(ValueError, match=r"data have images of \(1, 8, 8\) and \(1, 8, 9\); .* of one size"):
        top_patches(detector(), [images, torch.rand(3, 1, 8, 9)])
