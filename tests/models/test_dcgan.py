import pytest
import torch

import striate.nn as snn
from striate import losses
from striate.models import create
from striate.models.dcgan import DCGAN, Discriminator


def test_the_generator_is_that_of_figure_1():
    with torch.device("meta"):
        model = create("dcgan")
    shapes = [tuple(layer.weight.shape) for layer in model.generator.doublings]
    assert shapes == [(1024, 512, 4, 4), (512, 256, 4, 4), (256, 128, 4, 4), (128, 3, 4, 4)]
    assert model.generator.project.weight.shape == (1024 * 4 * 4, 100)


@pytest.mark.parametrize("up", ["transposed", "resize"])
def test_images_are_in_0_to_1(up):
    torch.manual_seed(0)
    model = create("dcgan-mini", up=up)
    with torch.no_grad():
        model.generator.doublings[-1].weight.mul_(1000)
    made = model(torch.randn(8, 64))
    assert made.shape == (8, 1, 28, 28)
    assert (made.min().item(), made.max().item()) == (0.0, 1.0)
    kind = snn.ConvTranspose2d if up == "transposed" else snn.ResizeConv2d
    assert all(isinstance(layer, kind) for layer in model.generator.doublings)


def test_a_discriminator_learns_to_tell_and_a_generator_to_deceive():
    torch.manual_seed(0)
    generator, discriminator = create("dcgan-mini", image_size=8).generator, Discriminator(1, (8, 8), (8, 16))
    codes, real = torch.randn(16, 64), torch.full((16, 1, 8, 8), 0.9)

    def judged(images, truth):
        scores = discriminator(images)
        return losses.sigmoid_cross_entropy(scores, torch.full_like(scores, truth))

    optimizer = torch.optim.Adam(discriminator.parameters(), 2e-3, betas=(0.5, 0.999))
    for _ in range(60):
        told = judged(real, 1.0) + judged(generator(codes).detach(), 0.0)
        optimizer.zero_grad()
        told.backward()
        optimizer.step()
    assert told < 0.1
    optimizer = torch.optim.Adam(generator.parameters(), 2e-3, betas=(0.5, 0.999))
    before = judged(generator(codes), 1.0).item()
    for _ in range(10):
        optimizer.zero_grad()
        deceived = judged(generator(codes), 1.0)
        deceived.backward()
        optimizer.step()
    assert deceived < 0.7 * before


def test_the_discriminator_has_no_norm_in_its_first_layer():
    layers = Discriminator(3, (64, 64), (128, 256)).layers
    assert [type(layer).__name__ for layer in layers] == ["Conv2d", "LeakyReLU", "Conv2d", "BatchNorm2d", "LeakyReLU"]


def test_what_cannot_be_built():
    with pytest.raises(ValueError, match=r"image_size of dcgan is divisible by 16, but got \(28, 28\)"):
        create("dcgan", image_size=28)
    with pytest.raises(ValueError, match="up must be one of 'transposed', 'resize', but got 'unpool'"):
        create("dcgan-mini", up="unpool")
    with pytest.raises(ValueError, match="latent must be at least 1, but got 0"):
        create("dcgan-mini", latent=0)


@pytest.fixture
def small():
    torch.manual_seed(0)
    return DCGAN(5, 1, (8, 8), widths=(8, 4)).double()


def test_each_adversary_learns_by_its_own_loss(small):
    codes, real = torch.randn(6, 5).double(), torch.rand(6, 1, 8, 8).double()
    made = small(codes)
    small.loss(made, real).backward()
    found = {name: parameter.grad.clone() for name, parameter in small.named_parameters()}
    judged = small.discriminator
    of_one = torch.autograd.grad(
        -judged(real).sigmoid().log().mean() - (1 - judged(made.detach()).sigmoid()).log().mean(), judged.parameters()
    )
    of_other = torch.autograd.grad(-judged(small(codes)).sigmoid().log().mean(), small.generator.parameters())
    torch.testing.assert_close([*found.values()], [*of_other, *of_one])


def test_the_loss_of_an_undecided_discriminator_is_what_the_docs_say(small):
    for parameter in small.discriminator.parameters():
        torch.nn.init.zeros_(parameter)
    loss = small.objective(torch.rand(3, 1, 8, 8).double())
    assert f"{loss.item():.2f}" in small.meaning


def test_codes_decide_the_images(small):
    small.eval()
    codes = torch.randn(2, 5).double()
    torch.testing.assert_close(small.decode(codes), small(codes), rtol=0, atol=0)
    assert not torch.equal(*small(codes))
