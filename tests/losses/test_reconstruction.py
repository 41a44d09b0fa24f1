import pytest
import torch

from striate.losses import masked_patch_error, patches


@pytest.fixture
def images():
    return torch.rand(2, 3, 4, 6, dtype=torch.float64, generator=torch.Generator().manual_seed(0))


def test_patches_are_cut_by_channel_row_and_column(images):
    cut = patches(images, 2)
    assert cut.shape == (2, 12, 2, 3)
    torch.testing.assert_close(cut[1, :, 1, 2], images[1, :, 2:4, 4:6].reshape(12))


@pytest.mark.parametrize("normalise", [True, False])
def test_the_error_of_masked_patches_by_loops(images, normalise):
    made = torch.randn(2, 12, 2, 3, dtype=torch.float64, generator=torch.Generator().manual_seed(1))
    mask = torch.tensor([[[[1, 0, 1], [0, 1, 1]]], [[[0, 1, 1], [1, 1, 0]]]])
    errors = []
    for n, _, row, column in (mask == 0).nonzero().tolist():
        wanted = images[n, :, 2 * row : 2 * row + 2, 2 * column : 2 * column + 2].reshape(12)
        if normalise:
            wanted = (wanted - wanted.mean()) / (wanted.var() + 1e-6).sqrt()
        errors.append((made[n, :, row, column] - wanted).square().mean().item())
    assert len(errors) == 4
    error = masked_patch_error(made, images, mask, 2, normalise=normalise)
    assert error.item() == pytest.approx(sum(errors) / 4)


def test_gradients_are_those_of_finite_differences(images):
    made = torch.randn(2, 12, 2, 3, dtype=torch.float64, generator=torch.Generator().manual_seed(1)).requires_grad_()
    mask = torch.tensor([[[[1, 0, 1], [0, 1, 1]]]]).expand(2, 1, 2, 3)
    assert torch.autograd.gradcheck(lambda made: masked_patch_error(made, images, mask, 2), made)


def test_what_is_refused(images):
    with pytest.raises(
        ValueError, match=r"images must be \(N, C, H, W\) of whole patches of 4, but got \(2, 3, 4, 6\)"
    ):
        patches(images, 4)
    made, mask = torch.zeros(2, 12, 2, 3), torch.ones(2, 1, 2, 3)
    with pytest.raises(ValueError, match=r"made must have the shape of the images' patches, \(2, 12, 2, 3\), but got"):
        masked_patch_error(made[:1], images, mask, 2)
    with pytest.raises(ValueError, match=r"mask must have shape \(2, 1, 2, 3\), but got \(1, 1, 2, 3\)"):
        masked_patch_error(made, images, mask[:1], 2)
