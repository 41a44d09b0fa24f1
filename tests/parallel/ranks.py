"""The processes of `test_layers`: so many ranks of one machine, which import torch once. Arguments: ranks, a folder."""

import sys
from copy import deepcopy
from itertools import product
from multiprocessing import get_context

import torch
import torch._dynamo  # DTensor loads it when it is first used: once here, not once a process
from torch import nn
from torch.distributed.device_mesh import init_device_mesh
from torch.distributed.tensor import Replicate, Shard, distribute_tensor

import striate.nn as snn
from striate.parallel import spatial

MODES = ("zeros", "reflect", "symmetric", "replicate", "circular")
WINDOWS = (  # kernel, stride, dilation, padding
    (3, 1, 1, ((1, 1),)),
    (4, 2, 1, ((3, 0),)),
    (2, 1, 3, "same"),
    (2, 3, 2, ((2, 4),)),
)


def windows():
    """Convolutions and their transposes over 13 and 4 elements: three ranks do not divide them, or one has none."""
    for size, mode, (kernel, stride, dilation, padding) in product((13, 4), MODES, WINDOWS):
        how = {"padding": padding, "dilation": dilation, "padding_mode": mode}
        yield nn.Sequential(snn.Conv1d(2, 3, kernel, stride, **how), nn.Tanh()), (2, 2, size), 2
        yield snn.ConvTranspose1d(2, 3, kernel, stride, **how), (2, 2, size), 2


def others():
    """The other layers, over an axis of 11 and one of 13; over 4, where the last rank has nothing."""
    for layer, (dim, rows) in product(
        (
            snn.Conv2d(2, 2, 3, 2, 2, padding_mode="constant", padding_value=0.5, flip=True),
            snn.Conv2d(2, 4, (3, 2), padding="same", padding_mode=("circular", "reflect"), groups=2),
            snn.Conv2d(2, 2, 3, padding=(1, 2), padding_mode="mean"),
            snn.CausalConv2d(2, 2, 3, padding="same", axis=1),
            snn.SeparableConv2d(2, 3, 3, padding=1, activation="silu"),
            nn.ConvTranspose2d(2, 2, 3, 2, 1, 1),
            nn.MaxPool2d(3, 2, 1, ceil_mode=True),
            snn.MaxPool2d(2, 3, "same"),
            snn.MinPool2d(3, 1, "same"),
            nn.AvgPool2d(3, 2, 1, ceil_mode=True, count_include_pad=False),
            snn.AvgPool2d(3, 2, ((2, 0), (0, 2)), ceil_mode=True),
            snn.AvgPool2d(2, divisor_override=3),
            snn.SumPool2d(3, 2, 1, 2, ceil_mode=True),
            snn.LpPool2d(3, 2, padding="same"),
            snn.BlurPool2d(4),
            snn.MaxBlurPool2d(2, padding="same", padding_mode="symmetric"),
            nn.Upsample(scale_factor=(2, 1.5)),
            nn.Upsample((17, 5), mode="bilinear"),
            nn.Upsample(scale_factor=2, mode="bilinear", align_corners=True),
            snn.ResizeConv2d(2, 3, 3, 2, padding_mode="symmetric", mode="linear"),
            snn.LocalResponseNorm(2),
            nn.Sequential(nn.PReLU(2), nn.ChannelShuffle(2)),
            nn.Sequential(nn.Conv2d(2, 3, 3), nn.BatchNorm2d(3)),
            Scale(2),
        ),
        ((2, 11), (3, 11), (2, 4)),
    ):
        yield nn.Sequential(layer, nn.SiLU()), (2, 2, rows, 13), dim
    yield nn.Sequential(nn.Conv3d(1, 2, 3, 2, 1), nn.BatchNorm3d(2)), (2, 1, 5, 9, 6), 3
    yield snn.ConvNd(4, 1, 2, 2, padding=1, padding_mode="reflect"), (1, 1, 3, 4, 3, 4), 5


class Scale(nn.Module):
    """A factor for each channel, which is a parameter beside the layers; and a skip."""

    def __init__(self, channels):
        super().__init__()
        self.factor = nn.Parameter(torch.linspace(0.5, 2, channels)[:, None, None])
        self.layer = nn.Conv2d(channels, channels, 3, padding=1)

    def forward(self, x):
        return torch.cat([x + self.factor * self.layer(x), x], 1)


def compare(mesh, rank, model, shape, dim):
    """Compare a model on this rank's part with the same on the whole: output, gradients, sums and buffers."""
    torch.manual_seed(0)
    image = torch.randn(shape, dtype=torch.float64, requires_grad=True)
    alone, ours = deepcopy(model).double(), deepcopy(model).double()
    if rank:
        with torch.no_grad():
            for parameter in ours.parameters():
                parameter.zero_()  # they become the first rank's
    whole = alone(image)
    target = torch.randn_like(whole)
    (whole * target).sum().backward()
    part = distribute_tensor(image.detach(), mesh, [Shard(dim)]).requires_grad_()
    made = spatial(ours, mesh, dim)(part)
    (made * distribute_tensor(target, mesh, [Shard(dim)])).sum().backward()
    assert tuple(made.placements) == (Shard(dim),)
    torch.testing.assert_close(made.full_tensor(), whole)
    torch.testing.assert_close(part.grad.redistribute(placements=[Replicate()]).to_local(), image.grad)
    for (name, mine), other in zip(ours.named_parameters(), alone.parameters(), strict=True):
        torch.testing.assert_close(mine.grad, other.grad, msg=lambda text: f"{name}: {text}")  # noqa: B023
    for mine, other in zip(ours.buffers(), alone.buffers(), strict=True):
        torch.testing.assert_close(mine, other)


def running(mesh):
    """Evaluation uses the running statistics; the last rank has nothing."""
    alone = nn.BatchNorm1d(3, momentum=None)
    model, image = deepcopy(alone), torch.randn(4, 3, 4, generator=torch.Generator().manual_seed(0))
    parted, part = spatial(model, mesh, 2), distribute_tensor(image, mesh, [Shard(2)])
    for _ in range(2):
        alone(image)
        parted(part)
    torch.testing.assert_close(parted.eval()(part).full_tensor(), alone.eval()(image))


def run(rank, ranks, store):
    torch.distributed.init_process_group("gloo", init_method=f"file://{store}", rank=rank, world_size=ranks)
    mesh = init_device_mesh("cpu", (ranks,))
    count = 0
    torch.manual_seed(0)
    for model, shape, dim in (*windows(), *others()):
        try:
            compare(mesh, rank, model, shape, dim)
        except Exception as error:
            raise AssertionError(f"{model} on {shape}, cut along {dim}") from error
        count += 1
    running(mesh)
    if rank == 0:
        sys.stdout.write(f"{count}\n")
    torch.distributed.destroy_process_group()


if __name__ == "__main__":
    torch.set_num_threads(1)
    ranks = int(sys.argv[1])
    processes = [
        get_context("fork").Process(target=run, args=(rank, ranks, f"{sys.argv[2]}/store")) for rank in range(ranks)
    ]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    sys.exit(max(process.exitcode for process in processes))
