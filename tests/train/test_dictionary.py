import pytest
import torch

from striate.data.natural_images import dead_leaves, whiten
from striate.filters import fit_gabor
from striate.models.sparse_coding import SparseCoding
from striate.train.dictionary import learn_dictionary


def learnt(image, *, size=8, filters=32, steps=200, **settings):
    model = SparseCoding(filters, size, sparsity=1.0, generator=torch.Generator().manual_seed(0))
    learn_dictionary(model, [whiten(image)], steps=steps, batch_size=50, **settings)
    return model


def test_edges_make_gabor_functions_and_noise_makes_none():
    """The claim of the demonstration, in small: at least 80 % of the filters on edges, under 10 % on white noise."""
    leaves = fit_gabor(learnt(dead_leaves(128)).weight).r2
    noise = fit_gabor(learnt(torch.randn(128, 128, generator=torch.Generator().manual_seed(1))).weight).r2
    assert (leaves > 0.7).float().mean() >= 0.8
    assert (noise > 0.7).float().mean() < 0.1


def test_a_step_is_equation_6():
    model = SparseCoding(3, 4, sparsity=0.1, generator=torch.Generator().manual_seed(0)).double()
    image = torch.randn(4, 4, generator=torch.Generator().manual_seed(1), dtype=torch.float64)  # one patch: no choice
    before = model.weight.detach().clone()
    codes = model.infer(image[None, None])[0, :, 0, 0]
    missed = image - torch.einsum("k,kij->ij", codes, before[:, 0])
    power = torch.maximum(codes**2, (codes**2).mean())
    expected = before[:, 0] + 0.5 * codes[:, None, None] * missed / power[:, None, None]
    expected /= expected.flatten(1).norm(dim=1)[:, None, None]
    learn_dictionary(model, [image], steps=1, batch_size=1, rate=0.5)
    torch.testing.assert_close(model.weight.detach()[:, 0], expected)


def test_the_convolutional_form_finds_the_shape_an_image_is_made_of():
    generator = torch.Generator().manual_seed(3)
    shape = torch.tensor([[0.0, 1, 0], [1, -1, 1], [0, 1, 0]])
    marks = (torch.rand(1, 1, 60, 60, generator=generator) < 0.02).float()
    image = torch.nn.functional.conv_transpose2d(marks, shape[None, None])[0, 0]
    model = SparseCoding(1, 3, sparsity=1.0, generator=generator)
    learn_dictionary(model, [image / image.std()], steps=60, batch_size=4, patch_size=20)
    cosine = (model.weight.detach()[0, 0] * shape).sum().abs() / shape.norm()
    assert cosine > 0.99


def test_the_energy_is_told_and_falls():
    told = []
    learnt(dead_leaves(64), steps=30, on_step=lambda step, energy: told.append((step, energy)))
    assert [step for step, _ in told] == list(range(30))
    assert sum(energy for _, energy in told[-5:]) < 0.8 * sum(energy for _, energy in told[:5])


def test_the_same_seed_gives_the_same_filters():
    leaves = dead_leaves(64)
    one, other, another = (learnt(leaves, steps=3, seed=seed).weight for seed in (0, 0, 1))
    assert torch.equal(one, other)
    assert not torch.equal(one, another)


def test_an_image_smaller_than_a_patch_is_refused():
    with pytest.raises(ValueError, match=r"images must be \(H, W\) of 12 x 12 or more, but got \(8, 30\)"):
        learn_dictionary(SparseCoding(2, 12), [torch.rand(30, 30), torch.rand(8, 30)], steps=1)
