import torch

from striate.view.mosaic import mosaic


def test_pictures_lie_in_rows_with_lines_between():
    pictures = torch.arange(1.0, 6).reshape(5, 1, 1).expand(5, 2, 3)
    laid = mosaic(pictures, between=-1.0)
    assert laid.shape == (2 * 3 - 1, 3 * 4 - 1)
    assert laid[0].tolist() == [1, 1, 1, -1, 2, 2, 2, -1, 3, 3, 3]
    assert laid[2].tolist() == [-1] * 11
    assert laid[4].tolist() == [4, 4, 4, -1, 5, 5, 5, -1, -1, -1, -1]


def test_a_wide_mosaic_has_fewer_rows():
    pictures = torch.zeros(12, 1, 1)
    assert mosaic(pictures).shape == (5, 7)
    assert mosaic(pictures, wide=12.0).shape == (1, 23)
