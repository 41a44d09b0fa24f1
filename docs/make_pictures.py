"""Make README's pictures of a trained network: `python docs/make_pictures.py runs/lenet5-modern-1`."""

import argparse
from pathlib import Path

from striate.train import Run
from striate.view import feature_maps, top_patches

CHANNELS = (0, 5, 9, 29)  # of the default run, those that answer single strokes


def main() -> None:
    """Read the command line, and write `feature_maps.png` and `deconvnet.png`."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("run", type=Path, help="folder of a finished run")
    parser.add_argument("--channels", type=int, nargs="+", default=CHANNELS, help="of S4, in deconvnet.png")
    parser.add_argument("--output", type=Path, default=Path(__file__).parent / "images", help="folder to write into")
    arguments = parser.parse_args()
    run = Run.open(arguments.run)
    model, data = run.load_model(), run.load_data()
    feature_maps(model, data.test.images[0]).save(arguments.output / "feature_maps.png")
    top_patches(model, data, channels=arguments.channels).save(arguments.output / "deconvnet.png", dpi=100)


if __name__ == "__main__":
    main()
