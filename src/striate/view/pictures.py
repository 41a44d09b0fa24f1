"""The pictures of a run."""

from os import PathLike
from pathlib import Path

from striate.data import ImageData
from striate.train import Run
from striate.view.confusion import confusion_matrix
from striate.view.curves import learning_curves
from striate.view.filters import filters
from striate.view.maps import feature_maps


def run_pictures(run: str | PathLike[str], data: ImageData | None = None) -> list[Path]:
    """Draw a run's learning curves, first filters, feature maps and confusion matrix into its folder.

    Args:
        run: The path of a finished run's folder.
        data: What it was trained on, where that is in memory; loaded otherwise.

    The feature maps are those of the first test image, which is written beside them as `example.png`. The files' paths
    are returned.
    """
    from PIL import Image  # noqa: PLC0415  30 ms that only pictures need

    opened = Run.open(run)
    data = opened.load_data() if data is None else data
    model = opened.load_model()
    example = data.test.images[0]
    figures = {
        "learning_curves": learning_curves(opened.log),
        "filters": filters(model),
        "feature_maps": feature_maps(model, example),
        "confusion": confusion_matrix(opened.confusion(), data.classes),
    }
    paths = [opened.path / f"{name}.png" for name in figures]
    for path, figure in zip(paths, figures.values(), strict=True):
        figure.savefig(path)
    pixels = example.permute(1, 2, 0).squeeze(2) if len(example) == 1 else example.permute(1, 2, 0)
    Image.fromarray(pixels.numpy()).save(opened.path / "example.png")
    return [*paths, opened.path / "example.png"]
