"""Tensors of which each process has a part."""

from torch import Tensor


def here(value: Tensor) -> Tensor:
    """Return what this process has of a tensor, in the same memory: all, but for one that is sharded.

    >>> import torch
    >>> here(torch.ones(2))
    tensor([1., 1.])
    """
    return value.to_local() if hasattr(value, "to_local") else value


def whole(value: Tensor) -> Tensor:
    """Return all of a tensor; for one that is sharded, every process must ask.

    >>> import torch
    >>> whole(torch.ones(2))
    tensor([1., 1.])
    """
    return value.full_tensor() if hasattr(value, "full_tensor") else value


def put(value: Tensor, target: Tensor) -> None:
    """Copy a tensor that every process has whole into one that may be sharded.

    >>> import torch
    >>> target = torch.zeros(2)
    >>> put(torch.ones(2), target)
    >>> target
    tensor([1., 1.])
    """
    from torch.distributed.tensor import DTensor, distribute_tensor  # noqa: PLC0415  0.5 s that only sharding needs

    if isinstance(target, DTensor):
        value = distribute_tensor(value.to(target.device), target.device_mesh, target.placements)
    here(target).copy_(here(value))
