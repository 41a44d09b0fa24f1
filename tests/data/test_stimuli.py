import pytest
import torch

from striate.data.stimuli import distorted, five_patterns, presentations, shift


def test_patterns_are_ten_pixels_of_ink_and_paper_in_the_middle():
    patterns = five_patterns()
    assert patterns.shape == (5, 1, 16, 16)
    assert set(patterns.unique().tolist()) == {0.0, 1.0}
    assert patterns[..., :3, :].sum() == patterns[..., 13:, :].sum() == patterns[..., :3].sum() == 0
    for pattern in patterns[:, 0]:
        assert pattern[3].any()
        assert pattern[12].any()
    assert patterns.flatten(1).unique(dim=0).shape[0] == 5


def test_a_shift_moves_down_and_right_and_loses_what_leaves():
    image = torch.arange(1.0, 10).reshape(1, 3, 3)
    assert shift(image, 1, -1).tolist() == [[[0, 0, 0], [2, 3, 0], [5, 6, 0]]]
    assert torch.equal(shift(image, 0, 0), image)
    with pytest.raises(TypeError, match=r"rows must be an int, but got 0\.5"):
        shift(image, 0.5, 0)


def test_presentations_are_the_patterns_in_turn_at_places_of_the_generator():
    patterns = five_patterns()
    shown = presentations(patterns, 20, largest_shift=3, generator=torch.Generator().manual_seed(0))
    again = presentations(patterns, 20, largest_shift=3, generator=torch.Generator().manual_seed(0))
    assert torch.equal(shown, again)
    ink = patterns.sum((1, 2, 3)).repeat(20)
    assert torch.equal(shown.sum((1, 2, 3)), ink)  # three pixels lose nothing
    places = {tuple(image.nonzero()[0].tolist()) for image in shown[::5, 0]}
    assert len(places) > 10
    assert torch.equal(presentations(patterns, 1, largest_shift=0, generator=torch.Generator()), patterns)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"times": 0}, "times must be at least 1, but got 0"),
        ({"largest_shift": -1}, "largest_shift must be at least 0"),
    ],
)
def test_presentations_refuse_what_makes_no_sense(arguments, message):
    with pytest.raises(ValueError, match=message):
        presentations(five_patterns(), generator=torch.Generator(), **({"times": 1, "largest_shift": 0} | arguments))


def extent(images):
    rows = images.amax((0, 1, 3)).nonzero()
    return int(rows[-1] - rows[0] + 1)


def test_distortions_are_what_they_are_called():
    patterns = five_patterns()
    trials = distorted(patterns, largest_shift=3, generator=torch.Generator().manual_seed(0))
    assert len(trials["shifted"]) == 49 * 5
    assert len(trials["shifted"].unique(dim=0)) == 49 * 5
    ink = patterns.sum()
    assert trials["noisy"].sum() > 1.1 * 20 * ink
    assert 0.85 * 20 * ink < trials["broken"].sum() < 0.95 * 20 * ink
    assert (extent(trials["smaller"]), extent(patterns), extent(trials["larger"])) == (9, 10, 11)
    for kind, images in trials.items():
        assert set(images.unique().tolist()) == {0.0, 1.0}, kind
    for kind in ("smaller", "larger", "turned", "slanted"):
        same = patterns.repeat(len(trials[kind]) // 5, 1, 1, 1)
        assert (trials[kind] != same).flatten(1).any(1).float().mean() >= 0.8, kind
        assert 0.7 * same.sum() < trials[kind].sum() < 1.3 * same.sum(), kind  # strokes stay one pixel wide
