import pytest
import torch
from torch.distributions import Bernoulli, Normal, kl_divergence

import striate.nn as snn
from striate.models import create


@pytest.fixture
def model():
    torch.manual_seed(0)
    return create("vae").double()


@pytest.fixture
def images():
    return torch.rand(3, 1, 28, 28, dtype=torch.float64, generator=torch.Generator().manual_seed(1)).round()


def test_the_loss_is_minus_the_bound_of_equation_7(model, images):
    encoded = model(images)
    likelihood = Bernoulli(logits=encoded.scores).log_prob(images).sum((1, 2, 3))
    posterior = Normal(encoded.mean, (encoded.log_variance / 2).exp())
    divergence = kl_divergence(posterior, Normal(torch.zeros(()).double(), torch.ones(()).double())).sum(1)
    torch.testing.assert_close(model.loss(encoded, images), (divergence - likelihood).mean())


def test_codes_are_drawn_in_training_and_their_mean_is_taken_afterwards(model, images):
    assert not torch.equal(model(images).scores, model(images).scores)
    model.eval()
    encoded = model(images)
    torch.testing.assert_close(encoded.scores.sigmoid(), model.decode(encoded.mean))


@pytest.mark.parametrize(("up", "kind"), [("transposed", snn.ConvTranspose2d), ("resize", snn.ResizeConv2d)])
def test_both_ways_up(up, kind):
    model = create("vae", image_size=(20, 24), latent=5, up=up)
    assert model.decode(torch.randn(2, 5)).shape == (2, 1, 20, 24)
    assert sum(isinstance(layer, kind) for layer in model.decoder) == 2


def test_it_learns_two_images():
    torch.manual_seed(0)
    images = torch.zeros(8, 1, 12, 12)
    images[::2, :, 3:6] = 1
    images[1::2, :, :, 7:9] = 1
    model = create("vae", image_size=12, latent=2)
    optimizer = torch.optim.Adam(model.parameters(), 5e-3)
    for _ in range(60):
        loss = model.loss(model(images), images)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    assert torch.equal(model.eval()(images).scores > 0, images > 0.5)


def test_an_image_that_two_halvings_do_not_divide_is_refused():
    with pytest.raises(ValueError, match=r"image_size of vae is divisible by 4, but got \(30, 28\)"):
        create("vae", image_size=(30, 28))
