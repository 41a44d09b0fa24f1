"""How many numbers a page can hold, and how exactly."""

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from typing import Literal

import torch
from torch import Tensor

from striate.view.explainer.blocks import Blocks, packed
from striate.view.explainer.schema import Block, BlockType

EXACT = 4_000_000  # bytes of the page up to which all numbers are kept as they are
LARGEST = 20_000_000  # bytes of the page that numbers may take


@dataclass(frozen=True)
class Kept:
    """The numbers that a page keeps.

    Args:
        blocks: By the tensor's key; those that would make the page too large are missing.
        precision: Of all of them.
    """

    blocks: Mapping[Hashable, Block]
    precision: Literal["float32", "float16"]


def keep(maps: Mapping[Hashable, Tensor], weights: Mapping[Hashable, Tensor], blocks: Blocks) -> Kept:
    """Pack feature maps and weights into a page's blocks.

    Where float32 takes no more than 4 MB of page, all numbers are kept as they are. Otherwise they are rounded to
    float16, maps come before weights and small tensors before large ones, and those that do not fit into 20 MB are left
    out: so a large network loses the weights of its widest layers first.

    >>> keep({0: torch.zeros(4)}, {0: torch.zeros(2, 2)}, Blocks()).precision
    'float32'
    """
    wanted = [(("maps", key), tensor) for key, tensor in maps.items()]
    wanted += [(("weights", key), tensor) for key, tensor in weights.items()]
    exact = sum(tensor.numel() for _, tensor in wanted) * 4 * 4 / 3 <= EXACT
    found: dict[Hashable, Block] = {}
    for key, tensor in wanted if exact else sorted(wanted, key=lambda item: (item[0][0], item[1].numel())):
        type: BlockType = "float32" if exact or _overflows(tensor) else "float16"
        content = packed(tensor, type)
        if exact or blocks.size + len(content) <= LARGEST:
            found[key] = blocks.append(content, tensor.shape, type)
    return Kept(found, "float32" if exact else "float16")


def _overflows(tensor: Tensor) -> bool:
    return bool((tensor.abs() > torch.finfo(torch.float16).max).any())
