"""What images answer, how answers are combined, and what is drawn of them."""

import pytest
import strategies
import torch

import striate.functional as SF
from striate import filters
from striate.filters.catalogue import filters_of_all
from striate.filters.rendering import as_picture, scale_for


def test_every_filter_meets_every_channel_alone():
    images, weight = strategies.numbers((2, 3, 7, 9), 0), filters.sobel()
    answers = filters.respond(images, weight, padding_mode="circular")
    assert answers.shape == (2, 2, 3, 7, 9)
    for k in range(2):
        for c in range(3):
            expected = SF.conv(images[:, c : c + 1], weight[k : k + 1], padding="same", padding_mode="circular")
            torch.testing.assert_close(answers[k, :, c], expected[:, 0])
    torch.testing.assert_close(filters.respond(images[0], weight, padding_mode="circular"), answers[:, 0])


def test_a_flat_image_has_no_edges_at_its_borders():
    flat = torch.full((1, 5, 6), 0.7)
    assert filters.respond(flat, filters.sobel()).abs().max() < 1e-6
    assert filters.respond(flat, filters.sobel(), padding_mode="zeros").abs().max() > 1


def test_combinations():
    answers = torch.tensor([[3.0, -1.0], [-4.0, 2.0]])
    assert filters.combine(answers, "sum").tolist() == [-1.0, 1.0]
    assert filters.combine(answers, "max").tolist() == [3.0, 2.0]
    torch.testing.assert_close(filters.combine(answers, "magnitude"), torch.tensor([5.0, 5.0**0.5]))


def test_vertical_and_horizontal_detectors_together_see_a_cross():
    cross = torch.zeros(1, 9, 9)
    cross[0, 4] = cross[0, :, 4] = 1
    vertical, horizontal = filters.respond(cross, filters_of_all(["line-vertical", "line-horizontal"])).clamp(min=0)
    both = filters.combine(torch.stack([vertical, horizontal]), "max")
    assert horizontal[0, 4, 1] == 6 == vertical[0, 1, 4]
    assert vertical[0, 4, 1] == 0 == horizontal[0, 1, 4]
    assert both[0, 4, 1] == 6 == both[0, 1, 4]
    assert both[0, 1, 1] == 0


@pytest.mark.parametrize("name", ["haar", "sobel", "box:size=4", "gaussian:sigma=0.5"])
def test_filters_of_other_sizes_answer_as_they_do_alone(name):
    image = strategies.numbers((1, 8, 9), 0)
    alone = filters.filters_of(name)
    framed = filters_of_all([name, "gabor:size=9", "box:size=6"])[: len(alone)]
    torch.testing.assert_close(filters.respond(image, framed), filters.respond(image, alone))


def test_scales():
    answer = torch.tensor([-2.0, 0.0, 0.5, 1.0])
    assert as_picture(answer).tolist() == [0, 0, 128, 255]
    assert as_picture(answer, "positive").tolist() == [0, 0, 128, 255]
    assert as_picture(answer, "signed").tolist() == [0, 128, 159, 191]
    assert as_picture(answer, "absolute").tolist() == [255, 0, 64, 128]
    assert as_picture(torch.zeros(3), "signed").tolist() == [128, 128, 128]
    assert as_picture(-torch.ones(3), "positive").tolist() == [0, 0, 0]
    assert scale_for(filters.gaussian(), combined=False) == "clip"
    assert scale_for(filters.laplacian(), combined=False) == "signed"
    assert scale_for(filters.sobel(), combined=True) == "positive"
    with pytest.raises(ValueError, match="scale must be one of 'clip', 'positive', 'signed', 'absolute', but got"):
        as_picture(answer, "auto")
