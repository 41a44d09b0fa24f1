"""The numbers of a page, packed so that it stays small."""

import zlib
from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass, field

import torch
from torch import Tensor

from striate.view.explainer.schema import Block, BlockType
from striate.view.page import Html, element

_TYPES: dict[BlockType, torch.dtype] = {
    "float32": torch.float32,
    "float16": torch.float16,
    "uint8": torch.uint8,
}


@dataclass
class Blocks:
    """The blocks of one page, in the order in which they are added.

    Args:
        contents: The packed numbers of each, as they stand in the page.
    """

    contents: list[bytes] = field(default_factory=list)

    @property
    def size(self) -> int:
        """Bytes of all blocks in the page."""
        return sum(map(len, self.contents))

    def add(self, tensor: Tensor, type: BlockType) -> Block:
        """Pack a tensor's numbers, and return how the page finds them.

        >>> Blocks().add(torch.zeros(2, 3), "float16")
        Block(id=0, shape=(2, 3), type='float16')
        """
        return self.append(packed(tensor, type), tensor.shape, type)

    def append(self, content: bytes, shape: Sequence[int], type: BlockType) -> Block:
        """Add what `packed` made of a tensor of this shape."""
        self.contents.append(content)
        return Block(len(self.contents) - 1, tuple(shape), type)

    def elements(self) -> list[Html]:
        """Return an element of the page for each block."""
        return [
            element("script", Html(content.decode()), type="application/octet-stream", id=f"block-{number}")
            for number, content in enumerate(self.contents)
        ]


def packed(tensor: Tensor, type: BlockType) -> bytes:
    """Return a tensor's numbers as base64 of a deflate stream of all first bytes, then all second ones, and so on.

    Exponents are much alike, so that together they pack better than among fractions: of float16 a fifth less.
    """
    numbers = tensor.detach().cpu().contiguous().to(_TYPES[type])
    planes = numbers.flatten()[:, None].view(torch.uint8).T.contiguous()
    return b64encode(zlib.compress(planes.numpy().tobytes(), 6))
