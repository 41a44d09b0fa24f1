"""Train the networks that answer with images, and draw the pictures of their pages: `docs/make_dense_pictures.py`.

Each takes minutes, as `striate lineage --check --profile full` does for the same system; `--quick` is for a look.
"""

import argparse
from pathlib import Path

from torch import nn

from striate.data import draw_scenes, load, load_photographs
from striate.lineage.systems import generator, segmentation, super_resolution
from striate.lineage.training import built, trained
from striate.train.lessons import GenerationLesson, SegmentationLesson, SuperResolutionLesson
from striate.view import exhibit


def draw_segmentation(folder: Path, epochs: int | None) -> None:
    """Write `segmentation.png`: scenes, the truth, and what each way up finds."""
    lesson = SegmentationLesson(draw_scenes())
    rows = segmentation.side_by_side(lesson, segmentation.three_ways(lesson, epochs=epochs))
    exhibit(rows, "Test scenes, and the class of each pixel by SegNet-mini with three ways up").save(
        folder / "segmentation.png"
    )


def draw_super_resolution(folder: Path, epochs: int | None) -> None:
    """Write `super_resolution.png`, details of held-out photographs, and `checkerboard.png`, answers to grey."""
    lesson = SuperResolutionLesson(load_photographs())
    srcnn = trained("srcnn", lesson, epochs=epochs)
    espcn = super_resolution.three_ways(lesson, epochs=epochs)
    shown = lesson.exhibit(espcn["subpixel"])
    rows = {
        "photograph": shown["photographs"],
        "bicubic": shown["bicubic"],
        "SRCNN": lesson.exhibit(srcnn)["made larger"],
        "ESPCN": shown["made larger"],
    }
    exhibit(rows, "Details of two held-out photographs, made 3 times as large").save(folder / "super_resolution.png")
    answers: dict[str, nn.Module] = {}
    for up, model in espcn.items():
        answers |= {f"{up}, untrained": built("espcn", lesson, up=up), f"{up}, trained": model}
    patterns = super_resolution.answers_to_grey(answers)
    exhibit(patterns, "What ESPCN makes of grey, less its mean").save(folder / "checkerboard.png")


def draw_generator(folder: Path, epochs: int | None) -> None:
    """Write `generator.png`: digits of a VAE with two ways up and of a DCGAN, and real ones."""
    lesson = GenerationLesson(load("mnist"))
    rows = {
        f"VAE, {up}": lesson.exhibit(model)["made"]
        for up, model in generator.two_ways("vae", lesson, epochs=epochs).items()
    }
    gan = lesson.exhibit(trained("dcgan-mini", lesson, epochs=epochs))
    exhibit({**rows, "DCGAN": gan["made"], "real": gan["real"]}, "Digits that no one wrote, and real ones").save(
        folder / "generator.png"
    )


DRAWN = {"segmentation": draw_segmentation, "super-resolution": draw_super_resolution, "generator": draw_generator}


def main() -> None:
    """Read the command line, and draw."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", choices=DRAWN, help="one of the systems; all unless given")
    parser.add_argument("--quick", action="store_true", help="one epoch each")
    parser.add_argument("--output", type=Path, default=Path(__file__).parent / "images", help="folder to write into")
    arguments = parser.parse_args()
    for name in [arguments.only] if arguments.only else DRAWN:
        DRAWN[name](arguments.output, 1 if arguments.quick else None)


if __name__ == "__main__":
    main()
