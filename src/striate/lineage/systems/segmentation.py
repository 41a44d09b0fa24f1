"""Segmentation networks of 2015 to 2017: one net with three ways up, on scenes of digits."""

from collections.abc import Iterator

from torch import Tensor, nn

from striate.data import draw_scenes
from striate.lineage.system import Figure, System
from striate.lineage.training import trained
from striate.models.segnet import UPS
from striate.train.lessons import SegmentationLesson

WAYS = {"switches": "unpooling with switches", "transposed": "transposed convolution", "resize": "resize-convolution"}


def three_ways(lesson: SegmentationLesson, *, epochs: int | None = None, seed: int = 0) -> dict[str, nn.Module]:
    """Train a SegNet with each way up on the same scenes for as many epochs, by the ways' names.

    Args:
        lesson: of scenes, or of a folder.
        epochs: unless as many as the recipe has.
        seed: of the first weights and the order.
    """
    return {up: trained("segnet-mini", lesson, epochs=epochs, seed=seed, up=up) for up in UPS}


def side_by_side(lesson: SegmentationLesson, models: dict[str, nn.Module]) -> dict[str, Tensor]:
    """Return rows to be drawn by `striate.view.exhibit`: scenes, the truth, and what each way finds."""
    rows: dict[str, Tensor] = {}
    for up, model in models.items():
        shown = lesson.exhibit(model)
        rows |= {"scene": shown["images"], "truth": shown["classes of their pixels"], WAYS[up]: shown["found"]}
    return {name: rows[name] for name in ("scene", "truth", *(WAYS[up] for up in models))}


def _measure(quick: bool) -> Iterator[Figure]:
    lesson = SegmentationLesson(draw_scenes(800, 100, size=32) if quick else draw_scenes())
    epochs = 4 if quick else None
    least = dict.fromkeys(UPS, 0.065) if quick else {"switches": 0.3, "transposed": 0.6, "resize": 0.6}
    for up, model in three_ways(lesson, epochs=epochs).items():
        metrics = lesson.measure(model)
        yield Figure(f"SegNet-mini, mean IoU with {WAYS[up]}", metrics.iou, ".1%", at_least=least[up],
                     headline=True)  # fmt: skip
        if not quick:
            yield Figure(f"pixels that are right with {WAYS[up]}", metrics.accuracy, ".1%")
            weights = sum(parameter.numel() for parameter in model.parameters())
            yield Figure(f"parameters with {WAYS[up]}", weights, ",.0f")
    if not quick:
        for name, what, bound in (("unet-mini", "U-Net-mini", 0.45), ("deconvnet-mini", "DeconvNet-mini", 0.1)):
            yield Figure(f"{what}, mean IoU", lesson.measure(trained(name, lesson)).iou, ".1%", at_least=bound)


SYSTEM = System(
    name="segmentation",
    title="DeconvNet, SegNet and U-Net",
    year=2015,
    source="Noh, Hong, Han, ICCV 2015; Ronneberger, Fischer, Brox, MICCAI 2015; Badrinarayanan et al., TPAMI 39, 2017",
    command="striate train segnet-mini",
    page="segmentation.md",
    measure=_measure,
)
