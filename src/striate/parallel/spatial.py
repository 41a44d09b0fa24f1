"""`spatial`: a model whose feature maps are cut along a spatial dimension, a part on each rank."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import torch.distributed as dist
from torch import Tensor, nn
from torch.distributed.device_mesh import DeviceMesh
from torch.distributed.tensor import DTensor, Replicate, Shard
from torch.overrides import TorchFunctionMode

from striate.graph.naming import name_of
from striate.graph.recorder import tensors_in
from striate.graph.rules import rule_of_function
from striate.graph.rules.mixing import pointwise
from striate.graph.rules.shapes import concatenation
from striate.parallel.layers import LAYERS, Run, refuse
from striate.parallel.slab import Slabs


def spatial(model: nn.Module, mesh: DeviceMesh, dim: int) -> "Spatial":
    """Return a model that computes on inputs of which each rank has a part, forward and backward.

    Convolutions, transposed convolutions and poolings fetch the elements at the edges of their part from the ranks that
    have them (the halo), whatever stride, dilation and border rule; what works element by element needs none. A rank
    holds activations and gradients of its part and the halo. Parameters are on every rank; the gradient of each is
    summed over the ranks.

    Args:
        model: its parameters and buffers become those of the mesh's first rank. It may be used by itself as before.
        mesh: of one dimension.
        dim: the dimension of the tensors (N, C, *S) that is cut, 2 for the first spatial axis.

    Raises:
        ValueError: a layer that cannot be run on parts, which is named; a mesh of several dimensions; a dimension below
            2.

    Source: N. Dryden et al., "Improving strong-scaling of CNN training by exploiting finer-grained parallelism", IPDPS
    2019.

    >>> import torch
    >>> from torch.distributed.device_mesh import init_device_mesh
    >>> from torch.distributed.tensor import distribute_tensor
    >>> dist.init_process_group("gloo", store=dist.HashStore(), rank=0, world_size=1)
    >>> mesh = init_device_mesh("cpu", (1,))
    >>> model = spatial(nn.Conv2d(1, 4, 3, stride=2, padding=1), mesh, dim=2)
    >>> model(distribute_tensor(torch.zeros(1, 1, 8, 8), mesh, [Shard(2)])).shape
    torch.Size([1, 4, 4, 4])
    >>> dist.destroy_process_group()
    """
    return Spatial(model, mesh, dim)


class Spatial(nn.Module):
    """What `spatial` returns: takes and returns a DTensor that is cut along `dim`, `Shard(dim)`.

    Args:
        model: runs on the parts.
        mesh: of one dimension.
        dim: the dimension that is cut.
    """

    def __init__(self, model: nn.Module, mesh: DeviceMesh, dim: int) -> None:
        super().__init__()
        if mesh.ndim != 1:
            raise ValueError(f"mesh must have one dimension, but has {mesh.ndim}: take one of them, as mesh['name']")
        if dim < 2:
            raise ValueError(f"dim must be a spatial dimension of (N, C, *S), 2 or above, but got {dim}")
        self.slabs = Slabs(mesh, dim)
        for path, layer in model.named_modules():
            refuse(path, layer, self.slabs)
        self.module = model
        first = dist.get_global_rank(self.slabs.group, 0)
        for tensor in (*model.parameters(), *model.buffers()):
            dist.broadcast(tensor.detach(), first, group=self.slabs.group)

    def forward(self, input: DTensor) -> DTensor:
        """Compute on a DTensor with the placement `Shard(dim)`."""
        wanted = (Shard(self.slabs.dim),)
        if not isinstance(input, DTensor) or tuple(input.placements) != wanted:
            came = (
                f"placements {tuple(input.placements)}" if isinstance(input, DTensor) else f"a {type(input).__name__}"
            )
            raise ValueError(
                f"input must be a DTensor with placements {wanted}, as distribute_tensor(image, mesh, {list(wanted)}) "
                f"gives, but got {came}"
            )
        with _on_parts(self.module, self.slabs), _Guard(self.slabs):
            made: DTensor = self.module(input)
        return made


def _on_part(run: Run, layer: nn.Module, slabs: Slabs) -> Callable[[DTensor], DTensor]:
    return lambda part: run(layer, part, slabs)


@contextmanager
def _on_parts(model: nn.Module, slabs: Slabs) -> Iterator[None]:
    """Let the layers of a model run on parts inside a `with` block."""
    changed = [layer for layer in model.modules() if type(layer) in LAYERS]
    try:
        for layer in changed:
            layer.__dict__["forward"] = _on_part(LAYERS[type(layer)], layer, slabs)
        yield
    finally:
        for layer in changed:
            layer.__dict__.pop("forward", None)


class _Guard(TorchFunctionMode):
    """Refuses functions that would mix the elements of a cut dimension; DTensor would fetch the whole for some."""

    def __init__(self, slabs: Slabs) -> None:
        super().__init__()
        self.slabs = slabs

    def __torch_function__(
        self,
        func: Callable[..., Any],
        types: Sequence[type],
        args: tuple[Any, ...] = (),
        kwargs: dict[str, Any] | None = None,
    ) -> Any:  # noqa: ANN401
        kwargs = kwargs or {}
        cut = [tensor for tensor in tensors_in([args, kwargs]) if isinstance(tensor, DTensor)]
        name = name_of(func)
        if cut and not self._is_allowed(name, args, kwargs):
            result = func(*args, **kwargs) if rule_of_function(name) is None else None
            if result is None or isinstance(result, Tensor):
                raise ValueError(
                    f"{name} is called on a tensor that is cut along dimension {self.slabs.dim}; outside layers only "
                    "functions of single elements and concatenation along another dimension can be"
                )
            return result
        if cut:
            args = tuple(self._everywhere(argument) for argument in args)
            kwargs = {name: self._everywhere(argument) for name, argument in kwargs.items()}
        return func(*args, **kwargs)

    def _everywhere(self, argument: Any) -> Any:  # noqa: ANN401
        """Return a tensor that every rank has alike, such as a parameter, as the DTensor that this is."""
        if not isinstance(argument, Tensor) or isinstance(argument, DTensor):
            return argument
        return DTensor.from_local(argument, self.slabs.mesh, [Replicate()], run_check=False)

    def _is_allowed(self, name: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> bool:
        rule = rule_of_function(name)
        if rule is concatenation:
            first = args[0][0]
            dim: int = kwargs.get("dim", args[1] if len(args) > 1 else 0) % first.ndim
            return dim != self.slabs.dim
        if name == "narrow" and len(args) == 4:  # all of it, as where a skip would be cropped by nothing
            return bool((args[2], args[3]) == (0, args[0].shape[args[1]]))
        return rule is pointwise
