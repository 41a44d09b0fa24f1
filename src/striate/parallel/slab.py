"""The part of a feature map that a rank has, and how it becomes a DTensor again."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, overload

import torch
from torch import Tensor
from torch.distributed.device_mesh import DeviceMesh
from torch.distributed.tensor import DTensor, Shard

from striate.arithmetic import Window
from striate.parallel.exchange import Exchange, Places, places_read, shard
from striate.parallel.sums import shared

Layer = Any  # layers are read by their attributes, which torch.nn's types are narrower than


@dataclass(frozen=True)
class Slabs:
    """How feature maps lie on a mesh: cut along one dimension.

    Args:
        mesh: of one dimension.
        dim: the dimension of the tensors that is cut, 2 for the first spatial axis.
    """

    mesh: DeviceMesh
    dim: int

    @property
    def axis(self) -> int:
        """The spatial axis that is cut."""
        return self.dim - 2

    @property
    def ranks(self) -> int:
        """Number of ranks."""
        return self.mesh.size()

    @property
    def group(self) -> Any:  # noqa: ANN401
        """The ranks."""
        return self.mesh.get_group()

    def own(self, size: int) -> range:
        """Return the positions that this rank has of an axis."""
        return shard(size, self.mesh.get_local_rank(), self.ranks)

    def exchange(self, size: int, outputs: int, window: Window, mode: str) -> Exchange:
        """Return who sends what so that each rank can slide a window over what its own outputs read.

        Args:
            size: of the axis that is read.
            outputs: of the window.
            window: its padding in amounts.
            mode: the border rule.
        """
        return self._exchange(size, outputs, lambda run: places_read(size, run, window, mode))

    def copies(self, size: int, places: Places) -> Exchange:
        """Return who sends what where each output is a copy of the element at its place on an axis of this size."""
        return self._exchange(size, len(places), lambda run: places[run.start : run.stop])

    def _exchange(self, size: int, outputs: int, read: Callable[[range], Places]) -> Exchange:
        runs = [read(shard(outputs, rank, self.ranks)) for rank in range(self.ranks)]
        return Exchange(runs, size, self.mesh.get_local_rank(), self.group)

    @overload
    def shared(self, parameter: Tensor) -> Tensor: ...
    @overload
    def shared(self, parameter: None) -> None: ...
    def shared(self, parameter: Tensor | None) -> Tensor | None:
        """Return a parameter whose gradient is summed over the ranks."""
        return shared(parameter, self.group)

    def whole(self, local: Tensor, size: int) -> DTensor:
        """Return the tensor of which this rank has a part, from the part and the size of the cut axis."""
        shape = list(local.shape)
        shape[self.dim] = size
        strides = torch.empty(shape, device="meta").stride()
        return DTensor.from_local(
            local, self.mesh, [Shard(self.dim)], run_check=False, shape=torch.Size(shape), stride=strides
        )

    def nothing(self, shape: Sequence[int], *parts: Tensor | None) -> Tensor:
        """Return a tensor without elements that follows from others: this rank takes part in their backward passes.

        Args:
            shape: of the whole.
            parts: the others.
        """
        first, *others = [part.sum() for part in parts if part is not None]
        sizes = [0 if dim == self.dim else size for dim, size in enumerate(shape)]
        return sum(others, first).expand(1)[:0].reshape(sizes)
