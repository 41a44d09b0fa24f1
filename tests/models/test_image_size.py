import pytest

from striate.models.image_size import refuse_indivisible, refuse_smaller


def test_an_image_that_is_large_enough_passes():
    refuse_smaller("net", (8, 9), 8)
    with pytest.raises(ValueError, match=r"image_size of net is at least \(8, 8\), but got \(8, 7\); make the images"):
        refuse_smaller("net", (8, 7), 8)


def test_an_image_of_whole_strides_passes():
    refuse_indivisible("net", (8, 16), 8)
    message = r"image_size of net is divisible by 8, but got \(3, 20\); bring the images to \(8, 16\)"
    with pytest.raises(ValueError, match=message):
        refuse_indivisible("net", (3, 20), 8)
