import zlib
from base64 import b64decode

import pytest
import torch

from striate.view.explainer import budget
from striate.view.explainer.blocks import Blocks, packed
from striate.view.explainer.budget import keep

TYPES = {"float32": torch.float32, "float16": torch.float16, "uint8": torch.uint8}


def unpacked(content, type):
    planes = torch.frombuffer(bytearray(zlib.decompress(b64decode(content))), dtype=torch.uint8)
    return planes.reshape(TYPES[type].itemsize, -1).T.contiguous().view(TYPES[type]).flatten()


@pytest.mark.parametrize("type", TYPES)
def test_what_is_packed_comes_back(type):
    numbers = (100 * torch.rand(3, 5, 7, generator=torch.Generator().manual_seed(0))).to(TYPES[type])
    assert torch.equal(unpacked(packed(numbers.transpose(0, 2), type), type), numbers.transpose(0, 2).flatten())


def test_blocks_are_numbered_elements_of_the_page():
    blocks = Blocks()
    assert [blocks.add(torch.zeros(2), "float32").id, blocks.add(torch.ones(2), "uint8").id] == [0, 1]
    elements = blocks.elements()
    assert 'id="block-1"' in elements[1]
    assert sum(len(content) for content in blocks.contents) == blocks.size


def test_small_networks_are_kept_exactly():
    blocks = Blocks()
    numbers = torch.rand(10)
    kept = keep({5: numbers}, {"w": numbers + 1}, blocks)
    assert kept.precision == "float32"
    assert torch.equal(unpacked(blocks.contents[kept.blocks["weights", "w"].id], "float32"), numbers + 1)


def test_large_networks_lose_digits_then_their_largest_weights(monkeypatch):
    monkeypatch.setattr(budget, "EXACT", 1000)
    monkeypatch.setattr(budget, "LARGEST", 6000)
    generator = torch.Generator().manual_seed(0)
    small, large, huge = (torch.rand(count, generator=generator) for count in (100, 500, 5000))
    blocks = Blocks()
    kept = keep({0: large}, {"huge": huge, "small": small}, blocks)
    assert kept.precision == "float16"
    assert set(kept.blocks) == {("maps", 0), ("weights", "small")}
    assert blocks.size <= 6000
    assert torch.equal(unpacked(blocks.contents[kept.blocks["maps", 0].id], "float16"), large.half())


def test_what_float16_cannot_hold_stays_as_it_is(monkeypatch):
    monkeypatch.setattr(budget, "EXACT", 0)
    assert keep({0: torch.tensor([1e6])}, {}, Blocks()).blocks["maps", 0].type == "float32"
