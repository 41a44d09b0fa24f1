"""Volumes of simple bodies, turned any way, blurred by the grid, hollow or full, cut into and noisy."""

import torch
from torch import Tensor

from striate.arithmetic.arguments import integer, integers

from .labelled import Labelled, LabelledData
from .sampling import stream

SOLIDS = ("ball", "cube", "cylinder", "cone", "torus", "cross")

SIZE = (16, 16, 16)
_TRAINING_SOLIDS, _TEST_SOLIDS = 3000, 600
_AT_ONCE = 100  # volumes; more would leave the caches


def draw_solids(number: int, *, volume_size: int | tuple[int, int, int] = SIZE, seed: int = 0) -> tuple[Tensor, Tensor]:
    """Draw bodies in volumes, each as often as the others.

    A body is turned any way, of 70 to 95 % of the volume's least side, off the middle by up to 5 %, and a third are
    hollow shells. A slab at one end may be missing, brightness shades off to one side, and noise of 10 % of it lies
    over everything.

    Args:
        number: of volumes.
        volume_size: depth, height and width, or one number for all.
        seed: of everything drawn.

    Returns:
        uint8 (number, 1, *volume_size), and int64 (number,): indices into `SOLIDS`.

    Raises:
        ValueError: a number or a size below 1.

    >>> volumes, labels = draw_solids(6)
    >>> volumes.shape, labels.tolist()
    (torch.Size([6, 1, 16, 16, 16]), [0, 1, 2, 3, 4, 5])
    """
    size = integers(volume_size, 3, "volume_size", 1)
    labels = torch.arange(integer(number, "number", 1)) % len(SOLIDS)
    generator = stream(integer(seed, "seed"))
    # Of each voxel's centre, in units of half the least side, from the middle.
    axes = [(2 * torch.arange(side) - side + 1) / min(size) for side in size]
    grid = torch.stack(torch.meshgrid(*axes, indexing="ij"), -1)
    volumes = torch.empty(number, *size, dtype=torch.uint8)
    for label, name in enumerate(SOLIDS):
        for places in torch.arange(label, number, len(SOLIDS)).split(_AT_ONCE):
            volumes[places] = _bodies(name, len(places), grid, 2 / min(size), generator)
    return volumes[:, None], labels


def solids() -> LabelledData:
    """Return 3,000 volumes of 16 x 16 x 16 to learn from and 600 others to judge by.

    >>> data = solids()
    >>> data.train.inputs.shape, data.classes
    (torch.Size([3000, 1, 16, 16, 16]), ('ball', 'cube', 'cylinder', 'cone', 'torus', 'cross'))
    """
    train, test = (
        Labelled(*draw_solids(number, seed=seed)) for seed, number in enumerate((_TRAINING_SOLIDS, _TEST_SOLIDS))
    )
    return LabelledData("solids", train, test, SOLIDS, unit="volumes")


def _bodies(name: str, number: int, grid: Tensor, voxel: float, generator: torch.Generator) -> Tensor:
    turned, off = _rotations(number, generator), torch.rand(number, 1, 1, 1, 3, generator=generator) * 0.2 - 0.1
    size, cut, full, shade, bright = torch.rand(5, number, 1, 1, 1, generator=generator)
    radius = 0.7 + 0.25 * size
    place = torch.einsum("nij,ndhwj->ndhwi", turned, grid - off) / radius[..., None]
    depth = radius * _depth(name, place) / voxel  # in voxels; one half inside is half as bright
    inside = (depth + 0.5).clamp(0, 1)
    inside = torch.where(full < 1 / 3, inside * (2.5 - depth).clamp(0, 1), inside)  # a shell is two voxels thick
    inside = inside * (place[..., 0] < 0.75 + cut)  # nothing is missing where cut is large
    brightness = 0.5 + 0.4 * bright
    noise = 0.1 * torch.randn(inside.shape, generator=generator)
    value: Tensor = brightness * (inside * (1 + 0.4 * (shade - 0.5) * place[..., 1]) + noise)
    return (255 * value.clamp(0, 1)).round().to(torch.uint8)


def _depth(name: str, place: Tensor) -> Tensor:
    """How deep below the surface each place lies, in units of the body's radius; negative outside, about a distance."""
    z, y, x = place.unbind(-1)
    across = torch.hypot(y, x)
    if name == "ball":
        distance: Tensor = torch.linalg.vector_norm(place, dim=-1)
        return 0.8 - distance
    if name == "cube":
        return 0.65 - place.abs().amax(-1)
    if name == "cylinder":
        return torch.minimum(0.5 - across, 0.85 - z.abs())
    if name == "cone":
        return torch.minimum(0.9 * (0.45 - across) - 0.45 * z + 0.05, z + 0.75)
    if name == "torus":
        return 0.3 - torch.hypot(across - 0.7, z)
    bars = torch.stack(
        [torch.maximum(y.abs(), x.abs()), torch.maximum(z.abs(), x.abs()), torch.maximum(z.abs(), y.abs())]
    )
    return torch.minimum(0.28 - bars.amin(0), 0.95 - place.abs().amax(-1))


def _rotations(number: int, generator: torch.Generator) -> Tensor:
    """Rotations, none likelier than another: those of random unit quaternions."""
    w, x, y, z = torch.nn.functional.normalize(torch.randn(4, number, generator=generator), dim=0)
    rows = (
        (1 - 2 * (y * y + z * z), 2 * (x * y - z * w), 2 * (x * z + y * w)),
        (2 * (x * y + z * w), 1 - 2 * (x * x + z * z), 2 * (y * z - x * w)),
        (2 * (x * z - y * w), 2 * (y * z + x * w), 1 - 2 * (x * x + y * y)),
    )
    return torch.stack([torch.stack(row, -1) for row in rows], -2)
