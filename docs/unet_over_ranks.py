"""Train a U-Net for a step on images that are cut over several processes, and say how that differs from one process.

`python docs/unet_over_ranks.py` takes 1, 2 and 4 processes of this machine, Linux or macOS. It prints, for each border
rule, the largest difference of output and gradients from the undivided network's, as a share of the largest number;
the bytes that a rank keeps for its backward pass, of the rank that keeps most; and by how much its memory grew.
"""

import argparse
import resource
import sys
from contextlib import AbstractContextManager
from copy import deepcopy
from multiprocessing import get_context
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import torch
import torch._dynamo  # DTensor loads it when it is first used: once here, not once a process
from torch import Tensor, nn
from torch.distributed.device_mesh import init_device_mesh
from torch.distributed.tensor import DTensor, Shard, distribute_tensor

import striate.nn as snn
from striate.models.unet import UNet
from striate.parallel import spatial

MODES = ("zeros", "reflect", "circular")


def unet(mode: str) -> UNet:
    """Return a U-Net of three sizes with a border rule."""
    torch.manual_seed(0)
    model = UNet(1, 2, widths=(8, 16, 32))
    for layer in model.modules():
        if isinstance(layer, snn.Conv2d):
            layer.padding_mode = mode
    return model.double()  # in float32 rounding decides at a rectifier's kink, and gradients differ by jumps


class Kept:
    """Bytes that are kept for a backward pass, each storage once, parameters left out."""

    def __init__(self, model: nn.Module) -> None:
        self.storages: dict[int, int] = {}
        self.own = {parameter.untyped_storage().data_ptr() for parameter in model.parameters()}

    def note(self, tensor: Tensor) -> Tensor:
        """Count a tensor, and keep it."""
        storage = (tensor.to_local() if isinstance(tensor, DTensor) else tensor).untyped_storage()
        if storage.data_ptr() not in self.own:
            self.storages[storage.data_ptr()] = storage.nbytes()
        return tensor

    def counts(self) -> AbstractContextManager[None]:
        """Count inside a `with` block."""
        hooks: AbstractContextManager[None] = torch.autograd.graph.saved_tensors_hooks(self.note, lambda kept: kept)
        return hooks

    @property
    def megabytes(self) -> float:
        """What they come to."""
        return sum(self.storages.values()) / 1e6


def step(model: nn.Module, image: Tensor) -> tuple[Tensor, float]:
    """Run forward and backward; return the output and the megabytes that were kept between."""
    kept = Kept(model)
    with kept.counts():
        made = model(image)
    made.square().mean().backward()
    return made, kept.megabytes


def peak() -> float:
    """Return the most memory that this process ever had, in MB."""
    unit = 1 if sys.platform == "darwin" else 1024  # macOS counts bytes, Linux KiB
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 1e6


def largest(difference: Tensor, of: Tensor) -> float:
    """Return the largest difference as a share of the largest number."""
    return float((difference.abs().max() / of.abs().max()).detach())


def run(rank: int, ranks: int, mode: str, size: tuple[int, int], folder: str, results: Any) -> None:  # noqa: ANN401
    """Be one of the processes, which compares with the undivided network if it is the first."""
    torch.set_num_threads(1)
    torch.distributed.init_process_group("gloo", init_method=f"file://{folder}/store", rank=rank, world_size=ranks)
    mesh = init_device_mesh("cpu", (ranks,))
    alone = unet(mode)
    whole = torch.randn(1, 1, *size, generator=torch.Generator().manual_seed(1), dtype=torch.float64)
    model = spatial(deepcopy(alone), mesh, dim=2)
    step(model, distribute_tensor(torch.zeros_like(whole[:, :, :32, :16]), mesh, [Shard(2)]))  # torch's own start
    model.zero_grad()
    image = distribute_tensor(whole, mesh, [Shard(2)]).requires_grad_()
    before = peak()
    made, kept = step(model, image)
    figures = torch.tensor([kept, peak() - before])
    torch.distributed.all_reduce(figures, torch.distributed.ReduceOp.MAX)
    output, gradient = made.full_tensor(), image.grad.full_tensor()
    if rank == 0:
        expected, undivided = step(alone, whole.requires_grad_())
        pairs = [(gradient, whole.grad)]
        pairs += [(mine.grad, other.grad) for mine, other in zip(model.parameters(), alone.parameters(), strict=True)]
        apart = max(largest(mine - other, other) for mine, other in pairs)
        results.put((largest(output - expected, expected), apart, *figures.tolist(), undivided))
    torch.distributed.destroy_process_group()


def main() -> None:
    """Run each border rule on each number of processes, and print the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--size", type=int, nargs=2, default=(512, 256), metavar=("HEIGHT", "WIDTH"))
    parser.add_argument("--ranks", type=int, nargs="+", default=(1, 2, 4))
    options = parser.parse_args()
    context = get_context("fork")  # the processes need not import torch again
    print("borders   ranks    output  gradients    kept MB  of undivided  memory MB")  # noqa: T201
    for mode in MODES:
        for ranks in options.ranks:
            results = context.SimpleQueue()
            with TemporaryDirectory() as folder:
                how = ranks, mode, tuple(options.size), str(Path(folder)), results
                processes = [context.Process(target=run, args=(rank, *how)) for rank in range(ranks)]
                for process in processes:
                    process.start()
                for process in processes:
                    process.join()
            if any(process.exitcode for process in processes):
                sys.exit(1)
            output, gradients, kept, grown, undivided = results.get()
            memory = f"{kept:10.1f} {kept / undivided:13.3f} {grown:10.0f}"
            print(f"{mode:9} {ranks:5} {output:9.1e} {gradients:10.1e} {memory}")  # noqa: T201


if __name__ == "__main__":
    main()
