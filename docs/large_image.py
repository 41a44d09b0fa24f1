"""Make an image that is larger than the memory it may take, run a U-Net on it tile by tile, and say what that took.

`python docs/large_image.py` makes 20,000 x 20,000 pixels; `--size 600 700` makes fewer, and compares with the whole.
`--folder big` keeps both files there, and goes on with what an earlier call that was killed has left.
"""

import argparse
import resource
import sys
from contextlib import nullcontext
from pathlib import Path
from tempfile import TemporaryDirectory
from time import monotonic, process_time

import numpy as np
import torch

from striate import tiled
from striate.models.unet import UNet

COMPARED = 2_000_000  # pixels of which the network's whole computation fits anywhere
BAND = 500  # rows that are drawn at once


def draw(path: Path, height: int, width: int) -> None:
    """Write noise, uint8, band by band; not through a map of the file, whose pages would count as memory."""
    random = np.random.default_rng(0)
    part = path.with_suffix(".part")
    with part.open("wb") as file:
        how = {"descr": "|u1", "fortran_order": False, "shape": (height, width)}
        np.lib.format.write_array_header_1_0(file, how)
        for top in range(0, height, BAND):
            file.write(random.integers(0, 256, (min(BAND, height - top), width), dtype=np.uint8).tobytes())
    part.rename(path)


def peak() -> float:
    """Return the most memory that this process ever had, in MB."""
    unit = 1 if sys.platform == "darwin" else 1024  # macOS counts bytes, Linux KiB
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 1e6


def main() -> None:
    """Draw, run, and print the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--size", type=int, nargs=2, default=(20_000, 20_000), metavar=("HEIGHT", "WIDTH"))
    parser.add_argument("--tile", type=int, default=512)
    parser.add_argument("--folder", type=Path, help="kept, and gone on with")
    options = parser.parse_args()
    height, width = options.size
    torch.manual_seed(0)
    model = UNet(1, 1, (4, 8, 16)).eval()
    with TemporaryDirectory() if options.folder is None else nullcontext(options.folder) as folder:
        source, target = Path(folder) / "image.npy", Path(folder) / "scores.npy"
        source.parent.mkdir(exist_ok=True)
        if not source.exists():
            draw(source, height, width)
        model(torch.zeros(1, 1, 64, 64))  # torch's own start
        told: list[tuple[int, int]] = []
        before, began, worked = peak(), monotonic(), process_time()
        made = tiled(
            model, source, options.tile, output=target, axes="yx", progress=lambda *now: told.append(now), resume=True
        )
        after, seconds, worked = peak(), monotonic() - began, process_time() - worked
        sizes = [path.stat().st_size / 1e6 for path in (source, target)]
        print(f"{height:,} x {width:,} pixels: {sizes[0]:,.1f} MB read, {sizes[1]:,.1f} MB written in {seconds:.1f} s")  # noqa: T201
        print(f"{len(told):,} of {told[-1][1]:,} tiles, {worked:.1f} s of processor time")  # noqa: T201
        print(f"memory grew by {after - before:.0f} MB, to {after:.0f} MB")  # noqa: T201
        if height * width <= COMPARED:
            with torch.no_grad():
                whole = model(torch.from_numpy(np.load(source))[None, None] / 255)[0, 0].numpy()
            print(f"largest difference from the whole: {np.abs(np.asarray(made) - whole).max():.1e}")  # noqa: T201


if __name__ == "__main__":
    main()
