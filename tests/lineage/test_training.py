import torch
from samples import bars

from striate.data import draw_scenes
from striate.lineage.training import built, some_of, trained
from striate.models.segnet import UPS
from striate.train import fit
from striate.train.lessons import GenerationLesson, SegmentationLesson


def test_it_is_what_the_command_trains():
    lesson = GenerationLesson(bars(size=12))
    ours = trained("vae", lesson, epochs=1, seed=3)
    torch.testing.assert_close(
        ours.state_dict(), fit("vae", lesson, epochs=1, batch_size=128, lr=2e-3, seed=3).model.state_dict(),
        rtol=0, atol=0,
    )  # fmt: skip


def test_options_reach_the_model():
    lesson = SegmentationLesson(draw_scenes(1, 1, size=32))
    kinds = {type(built("segnet-mini", lesson, up=up).up[0]).__name__ for up in UPS}
    assert kinds == {"MaxUnpool2d", "ConvTranspose2d", "ResizeConv2d"}
    first, second = (built("segnet-mini", lesson, seed=seed).score.weight for seed in (0, 1))
    assert not torch.equal(first, second)


def test_a_few_are_drawn_without_repetition():
    data = bars()
    few = some_of(data, 7, 3)
    assert (len(few.train), len(few.test), few.classes) == (7, 3, data.classes)
    assert torch.equal(some_of(data, 5, 3).train.images, few.train.images[:5])
