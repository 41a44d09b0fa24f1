import pytest
import strategies
import torch
from samples import BarNet, bars
from torch import nn

import striate
import striate.nn as snn
from striate.train import consistency


def network(downsampling, seed=0):
    """A convolution, a downsampling and a mean over space, everything but the downsampling shift-equivariant."""
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        return nn.Sequential(
            snn.Conv2d(1, 8, 3, padding="same", padding_mode="circular"),
            nn.ReLU(),
            downsampling,
            snn.Conv2d(8, 8, 3, padding="same", padding_mode="circular"),
            nn.ReLU(),
            snn.GlobalAvgPool(keepdim=False),
            nn.Linear(8, 10),
        ).double()


IMAGES = strategies.numbers((200, 1, 8, 8), 0, torch.float64)


def test_downsampling_breaks_what_convolution_keeps_and_polyphase_sampling_mends_it():
    strided = striate.shift_consistency(network(snn.MaxPool2d(1, 2)), IMAGES)
    maxima = striate.shift_consistency(network(snn.MaxPool2d(2)), IMAGES)
    blurred = striate.shift_consistency(network(snn.BlurPool2d(5, padding_mode="circular")), IMAGES)
    phases = striate.shift_consistency(network(snn.AdaptivePolyphaseSampling2d(2)), IMAGES)
    assert max(strided, maxima) < 0.95  # 0.945 and 0.885
    assert blurred > max(strided, maxima)
    assert phases == 1


class First(nn.Module):
    """Tells the first pixel's value, a whole number, as the class."""

    def forward(self, images):
        return nn.functional.one_hot(images[:, 0, 0, 0].long(), 100).float()


@pytest.mark.parametrize("padding_mode", ["circular", "zeros", "symmetric", "crop"])
def test_it_counts_the_pairs_that_agree(padding_mode):
    numbered = torch.arange(1.0, 50).reshape(1, 1, 7, 7)
    share = striate.shift_consistency(
        First(), numbered.repeat(50, 1, 1, 1), max_shift=1, padding_mode=padding_mode, pairs=40
    )
    # The first pixel is one of 9, evenly, unless a border repeats some.
    seen = {
        "circular": numbered.roll((1, 1), (2, 3))[0, 0, :3, :3],
        "zeros": nn.functional.pad(numbered, (1, 0, 1, 0))[0, 0, :3, :3],
        "symmetric": nn.functional.pad(numbered, (1, 0, 1, 0), "replicate")[0, 0, :3, :3],
        "crop": numbered[0, 0, :3, :3],
    }[padding_mode]
    _, counts = seen.unique(return_counts=True)
    expected = (counts.double() / 9).square().sum().item()
    assert share == pytest.approx(expected, abs=5 * (expected * (1 - expected) / 2000) ** 0.5)


def test_images_move_by_their_own_shift():
    images = strategies.numbers((3, 2, 6, 5), 0)
    shifts = torch.tensor([[1, -2], [0, 0], [-3, 1]])
    moved = consistency._shifted(images, shifts, 3, "circular")
    for image, result, shift in zip(images, moved, shifts.tolist(), strict=True):
        assert torch.equal(result, image.roll(shift, (1, 2)))
    framed = consistency._shifted(images, shifts.clamp(-2, 2), 2, "crop")
    assert torch.equal(framed[0], images[0, :, 1:3, 4:5])
    assert torch.equal(framed[1], images[1, :, 2:4, 2:3])


def test_equal_seeds_draw_the_same_shifts_and_the_mode_stays():
    model = network(snn.MaxPool2d(2)).train()
    shares = [striate.shift_consistency(model, IMAGES, seed=seed, pairs=2) for seed in (1, 1, 2)]
    assert shares[0] == shares[1] != shares[2]
    assert model.training


def test_it_takes_what_evaluate_takes(bars_run):
    data = bars(size=16)
    share = striate.shift_consistency(bars_run.run, data, max_shift=2)
    assert share == striate.shift_consistency(bars_run.model, data.test.images, max_shift=2)
    assert 0 < share <= 1
    with pytest.raises(ValueError, match="has channels 3, but"):
        striate.shift_consistency(bars_run.run, bars(size=16, channels=3))


@pytest.mark.parametrize(
    ("images", "arguments", "message"),
    [
        (torch.zeros(0, 1, 12, 12), {}, "there is no image to shift"),
        (torch.zeros(4, 12), {}, r"images must be \(N, C, \*S\), but got \(4, 12\)"),
        (torch.zeros(4, 1, 8, 8), {"padding_mode": "crop"}, r"images of \(8, 8\) have no frame left with max_shift 4"),
        (torch.zeros(4, 1, 8, 8), {"max_shift": 0}, "max_shift must be at least 1, but got 0"),
        (torch.zeros(4, 1, 8, 8), {"pairs": 0}, "pairs must be at least 1, but got 0"),
        (torch.zeros(4, 1, 8, 8), {"padding_mode": "edge"}, "must be one of 'zeros', .*, 'crop', but got 'edge'"),
    ],
)
def test_wrong_arguments_are_named(images, arguments, message):
    with pytest.raises(ValueError, match=message):
        striate.shift_consistency(BarNet(), images, **arguments)


def test_a_model_without_scores_is_refused():
    with pytest.raises(ValueError, match=r"returned a tensor of shape \(4, 1, 8, 8\) for 4 images; it must return"):
        striate.shift_consistency(nn.Identity(), torch.zeros(4, 1, 8, 8))
