import pytest
import torch

from striate.view.panels import draw_image, draw_map, new_panels, plane

VOLUME = torch.arange(2.0 * 3 * 4 * 5).reshape(2, 3, 4, 5)


def drawn(draw, values, **how):
    axes = new_panels(1, 1, "title")[1][0][0]
    draw(axes, values, **how)
    return axes


def test_of_more_than_two_axes_the_middle_is_drawn():
    assert torch.equal(plane(VOLUME), VOLUME[1, 1])
    assert plane(VOLUME[0, 0, 0]).shape == (5,)
    shown = drawn(draw_map, VOLUME[0]).images[0]
    assert shown.get_array().tolist() == VOLUME[0, 1].tolist()
    assert shown.get_clim() == (0, 59)  # one scale for the volume


def test_a_signed_map_is_even_around_zero_and_an_unsigned_one_grey():
    values = torch.tensor([[1.0, -2.0]])
    signed, unsigned = (drawn(draw_map, values, scale=scale).images[0] for scale in (3, None))
    assert (signed.get_clim(), signed.get_cmap().name) == ((-3, 3), "RdBu_r")
    assert (unsigned.get_clim(), unsigned.get_cmap().name) == ((-2, 1), "gray")


def test_three_channels_are_colours_others_their_mean_and_signals_a_curve_a_channel():
    image = torch.rand(3, 4, 5)
    shown = torch.from_numpy(drawn(draw_image, image, limits=(0, 1)).images[0].get_array().data)
    assert torch.equal(shown, image.permute(1, 2, 0))
    signed = torch.from_numpy(drawn(draw_image, -image, signed=True).images[0].get_array().data)
    assert torch.allclose(signed, 0.5 - image.permute(1, 2, 0) / image.max() / 2)
    pair = drawn(draw_image, image[:2]).images[0].get_array()
    assert torch.allclose(torch.from_numpy(pair.data), image[:2].mean(0))
    lines = drawn(draw_image, image[:, 0]).lines
    assert [line.get_ydata().tolist() for line in lines] == image[:, 0].tolist()


@pytest.mark.parametrize("draw", [draw_map, draw_image])
def test_what_is_the_same_everywhere_can_be_drawn(draw):
    values = torch.zeros(3, 4, 4)
    for signed in ({}, {"scale": 1.0} if draw is draw_map else {"signed": True}):
        assert drawn(draw, values, **signed).images


def test_a_long_title_makes_the_figure_wider():
    short, long = (new_panels(1, 1, "x" * count)[0].get_figwidth() for count in (5, 90))
    assert long > 3 * short
