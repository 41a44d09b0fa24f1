import pytest
import torch

from striate.models.sparse_coding import SparseCoding


@pytest.fixture
def generator():
    return torch.Generator().manual_seed(6)


@pytest.fixture
def model(generator):
    return SparseCoding(9, 4, sparsity=0.7, generator=generator).double()


def by_loops(codes, weight):
    """The sum of the filters, each times its code, at every place (eq. 1)."""
    count, filters, rows, columns = codes.shape
    side = weight.shape[-1]
    image = codes.new_zeros(count, 1, rows + side - 1, columns + side - 1)
    for row in range(rows):
        for column in range(columns):
            for k in range(filters):
                part = codes[:, k, row, column, None, None] * weight[k, 0]
                image[:, 0, row : row + side, column : column + side] += part
    return image


@pytest.mark.parametrize("places", [(1, 1), (3, 5)])
def test_an_image_is_the_sum_of_its_filters(model, generator, places):
    codes = torch.randn(2, 9, *places, generator=generator, dtype=torch.float64)
    torch.testing.assert_close(model.reconstruct(codes), by_loops(codes, model.weight.detach()))


def test_energy_is_what_is_missed_and_what_codes_cost(model, generator):
    images = torch.randn(3, 1, 6, 4, generator=generator, dtype=torch.float64)
    codes = torch.randn(3, 9, 3, 1, generator=generator, dtype=torch.float64)
    missed = images - by_loops(codes, model.weight.detach())
    expected = (missed**2).sum((1, 2, 3)) + 0.7 * codes.abs().sum((1, 2, 3))
    torch.testing.assert_close(model.energy(images, codes).detach(), expected)


@pytest.mark.parametrize("size", [(4, 4), (9, 7)])
def test_inferred_codes_have_the_lowest_energy(model, generator, size):
    """At the minimum the slope of what is missed is -lambda sign(a), or within lambda of 0 where a = 0."""
    images = torch.randn(3, 1, *size, generator=generator, dtype=torch.float64)
    codes = model.infer(images, steps=3000).requires_grad_()
    (slope,) = torch.autograd.grad((images - model.reconstruct(codes)).square().sum(), codes)
    used = codes != 0
    assert 0 < used.double().mean() < 1
    bound = 1e-4  # of 0.7
    torch.testing.assert_close(slope[used], -0.7 * codes[used].sign(), atol=bound, rtol=0)
    assert (slope[~used].abs() <= 0.7 + bound).all()


def test_no_step_is_too_long(model, generator):
    """The excess of energy falls as Beck and Teboulle's theorem 4.4 says, which a step above 1 / L would break."""
    for size in ((4, 4), (11, 5)):
        images = torch.randn(2, 1, *size, generator=generator, dtype=torch.float64)
        best = model.infer(images, steps=3000)
        lowest = model.energy(images, best).detach()
        largest = 2 * model._largest_eigenvalue(*size)
        for steps in (1, 5, 30, 200):
            excess = model.energy(images, model.infer(images, steps=steps)).detach() - lowest
            bound = 2 * largest * best.square().flatten(1).sum(1) / (steps + 1) ** 2
            assert (excess <= bound + 1e-9 * lowest).all()


def test_codes_that_cost_more_are_fewer(generator):
    images = torch.randn(20, 1, 4, 4, generator=generator)
    shares = []
    for sparsity in (0.1, 1.0, 4.0, 100.0):
        model = SparseCoding(30, 4, sparsity=sparsity, generator=torch.Generator().manual_seed(0))
        shares.append((model.infer(images) != 0).float().mean().item())
    assert shares == sorted(shares, reverse=True)
    assert shares[0] > 0.3
    assert shares[-1] == 0


def test_filters_have_norm_one(model):
    torch.testing.assert_close(model.weight.detach().flatten(1).norm(dim=1), torch.ones(9, dtype=torch.float64))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((0, 4), "filters must be at least 1, but got 0"),
        ((4, 0), "kernel_size must be at least 1, but got 0"),
    ],
)
def test_what_cannot_be_built_is_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        SparseCoding(*arguments)
    with pytest.raises(ValueError, match=r"sparsity must be at least 0, but got -1\.0"):
        SparseCoding(4, 4, sparsity=-1.0)


@pytest.mark.parametrize("shape", [(1, 3, 8, 8), (1, 1, 3, 8), (8, 8)])
def test_images_that_do_not_fit_are_refused(model, shape):
    with pytest.raises(ValueError, match=r"images must be \(N, 1, H, W\) of 4 x 4 or more, but got "):
        model.infer(torch.zeros(shape, dtype=torch.float64))
