"""Where batch, channels and space lie in an array: from its dimensions to a model's (N, C, *S), and back."""

from collections.abc import Sequence
from dataclasses import dataclass

from torch import Tensor


@dataclass(frozen=True)
class Layout:
    """The dimensions of an array by letters: n for the batch, c for channels, others for space in the model's order.

    Args:
        letters: one a dimension, such as "yxc".

    >>> import torch
    >>> Layout("yxc").to_model(torch.zeros(20, 30, 3)).shape
    torch.Size([1, 3, 20, 30])
    """

    letters: str

    @classmethod
    def of(cls, axes: str | None, ndim: int) -> "Layout":
        """Return the layout of an array with `ndim` dimensions; (N, C, *S) unless letters are given."""
        if axes is None:
            return cls("nc" + "".join(chr(ord("0") + axis) for axis in range(ndim - 2)))
        letters = axes.lower()
        if len(letters) != ndim or len(set(letters)) != ndim or not set(letters) - set("nc"):
            raise ValueError(
                f"axes must be one letter for each of the image's {ndim} dimensions, n for the batch, c for channels, "
                f"others for space, such as 'yxc', but got {axes!r}"
            )
        return cls(letters)

    @property
    def space(self) -> tuple[int, ...]:
        """The dimensions of the spatial axes."""
        return tuple(dim for dim, letter in enumerate(self.letters) if letter not in "nc")

    def shape(self, sizes: Sequence[int]) -> tuple[int, ...]:
        """Return the shape (N, C, *S) that an array of these sizes has in the model."""
        batch, channels = (sizes[self.letters.index(letter)] if letter in self.letters else 1 for letter in ("n", "c"))
        return (batch, channels, *(sizes[dim] for dim in self.space))

    def to_model(self, array: Tensor) -> Tensor:
        """Return an array as (N, C, *S)."""
        dims = [self.letters.index(letter) for letter in "nc" if letter in self.letters]
        moved = array.permute(*dims, *self.space)
        if "n" not in self.letters:
            moved = moved[None]
        return moved if "c" in self.letters else moved.unsqueeze(1)

    def of_output(self, ndim: int, dims: Sequence[int | None], is_single: bool) -> "OutputLayout":
        """Return how a model's output becomes an array as near to this layout as it can be.

        Channels come last where this has none; a batch, or a single channel, that this has not is left out.

        Args:
            ndim: dimensions of the output: the batch, channels or none, and space.
            dims: where each spatial axis lies in it, None for one that is gone.
            is_single: whether it has one channel.
        """
        made = ["n", *"c" * (ndim - 1)]
        for dim, place in zip(dims, self.space, strict=True):
            if dim is not None:
                made[dim] = self.letters[place]
        letters = "".join(letter for letter in self.letters if letter in made)
        if "c" in made and "c" not in letters and not is_single:
            letters += "c"
        if made.count("c") > 1:
            raise ValueError(f"the model's output has {ndim} dimensions: batch, channels and space were expected")
        return OutputLayout("".join(made), letters)


@dataclass(frozen=True)
class OutputLayout:
    """From the dimensions of a model's output to those of an array.

    Args:
        made: the letters of the output's dimensions.
        letters: those of the array's; what is missing has one element.

    >>> import torch
    >>> Layout("yx").of_output(4, (2, 3), is_single=False)(torch.zeros(1, 5, 20, 30)).shape
    torch.Size([20, 30, 5])
    """

    made: str
    letters: str

    def __call__(self, output: Tensor) -> Tensor:
        """Return an output, or a tile of it, as the array has it."""
        now = self.made
        for letter in set(self.made) - set(self.letters):
            output = output.squeeze(now.index(letter))
            now = now.replace(letter, "")
        return output.permute([now.index(letter) for letter in self.letters])

    def index(self, dims: Sequence[int | None], places: Sequence[slice]) -> tuple[slice, ...]:
        """Return an index of the array from a place along each axis and the axes' dimensions in the output."""
        index = [slice(None)] * len(self.letters)
        for dim, place in zip(dims, places, strict=True):
            if dim is not None:
                index[self.letters.index(self.made[dim])] = place
        return tuple(index)
