import pytest
import torch
from samples import bars
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

from striate.view.streams import batches_of

MODEL = nn.Conv2d(1, 1, 3)
DATA = bars(330)


@pytest.mark.parametrize(
    "data",
    [
        DATA,
        DATA.test,
        DATA.test.images,
        DATA.test.images.float() / 255,
        DataLoader(TensorDataset(DATA.test.images, DATA.test.labels), batch_size=32),
        DATA.test.images.split(7),
    ],
    ids=["ImageData", "Images", "uint8", "float", "DataLoader", "batches"],
)
def test_every_kind_of_data_gives_the_same_images(data):
    assert torch.equal(torch.cat(list(batches_of(MODEL, data))), DATA.test.images.float() / 255)


def test_data_of_another_kind_are_refused():
    with pytest.raises(TypeError, match="data gave a str; expected batches of images"):
        list(batches_of(MODEL, ["a.png"]))
    with pytest.raises(ValueError, match="data hold no image"):
        list(batches_of(MODEL, torch.zeros(0, 1, 8, 8)))
