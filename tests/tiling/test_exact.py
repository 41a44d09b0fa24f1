"""A model gives the same tile by tile as in the whole, whatever it is made of."""

from dataclasses import replace

import networks
import pytest
import torch
from hypothesis import assume, given
from hypothesis import strategies as st
from strategies import draws
from torch import nn

import striate.nn as snn
from striate.models.unet import UNet
from striate.tiling import plan, planning, tiled
from striate.tiling.motion import motion

MODES = ("zeros", "reflect", "symmetric", "replicate")


def compute(model, image):
    with torch.no_grad():
        return model.eval()(image)


@st.composite
def layers(draw, channels, modes):
    """A layer of one axis that has a window, any window."""
    kind = draw(st.sampled_from(("conv", "conv", "transposed", "max", "average", "nearest", "linear", "blur", "torch")))
    kernel, stride, dilation = draw(st.integers(1, 5)), draw(st.integers(1, 3)), draw(st.integers(1, 3))
    before, after = draw(st.integers(-2, 5)), draw(st.integers(-2, 5))
    mode = draw(st.sampled_from(modes))
    if kind == "conv":
        padding = draw(st.sampled_from((((before, after),), "same", "same_lower", "full", "causal")))
        how = {"padding": padding, "dilation": dilation, "padding_mode": mode}
        return snn.Conv1d(channels, channels, kernel, stride, **how)
    if kind == "torch":
        mode = mode if mode in {"zeros", "reflect", "replicate"} else "zeros"
        return nn.Conv1d(channels, channels, kernel, stride, abs(before), dilation, padding_mode=mode)
    if kind == "transposed":
        amounts = ((max(before, 0), max(after, 0)),)
        return snn.ConvTranspose1d(channels, channels, kernel, stride, amounts, padding_mode=mode)
    if kind == "max":
        return snn.MaxPool1d(kernel, stride, "same", dilation)
    if kind == "average":
        return nn.AvgPool1d(kernel, stride, kernel // 2, ceil_mode=before > 0, count_include_pad=after > 0)
    if kind == "blur":
        return snn.BlurPool1d(kernel, stride)
    if kind == "nearest":
        return nn.Upsample(scale_factor=stride)
    return nn.Upsample(scale_factor=stride, mode="linear")


@draws(0.4)
@given(data=st.data())
def test_any_chain_of_windows(data):
    torch.manual_seed(data.draw(st.integers(0, 99)))
    model = nn.Sequential(*(data.draw(layers(2, MODES)) for _ in range(data.draw(st.integers(1, 4))))).double()
    image = torch.randn(1, 2, data.draw(st.integers(40, 160)), dtype=torch.float64)
    try:
        whole = compute(model, image)
    except (ValueError, RuntimeError):  # nothing is left of the signal, or a reflection has too little to copy
        assume(False)
    assume(whole.shape[2])
    torch.testing.assert_close(tiled(model, image, data.draw(st.integers(1, 48))), whole)


@draws(0.2)
@given(data=st.data())
def test_any_circle(data):
    """Strides that divide the circle, and windows that give as much as they get."""
    torch.manual_seed(data.draw(st.integers(0, 99)))
    model = nn.Sequential()
    for _ in range(data.draw(st.integers(1, 3))):
        kernel, stride = data.draw(st.integers(1, 6)), data.draw(st.sampled_from((1, 2, 3)))
        before = data.draw(st.integers(0, max(0, kernel - stride)))
        layer = data.draw(st.sampled_from((snn.Conv1d, snn.ConvTranspose1d)))
        how = {"padding": ((before, max(0, kernel - stride) - before),), "padding_mode": "circular"}
        model.append(layer(2, 2, max(kernel, stride), stride, **how))
    model = model.double()
    image = torch.randn(1, 2, 108, dtype=torch.float64)
    tile = data.draw(st.integers(1, 30))
    torch.testing.assert_close(tiled(model, image, tile), compute(model, image))


class Switched(nn.Module):
    """A pooling whose indices an unpooling takes."""

    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(1, 3, 5, padding=2)
        self.pool, self.unpool = snn.MaxPool2d(2, return_indices=True), snn.MaxUnpool2d(2)

    def forward(self, x):
        return self.unpool(*self.pool(self.conv(x)))


class Classes(nn.Module):
    """Integers without a dimension of channels."""

    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(1, 3, 5, 2)

    def forward(self, x):
        return self.conv(x).argmax(1)


NETWORKS = {
    "the published u-net": (lambda: UNet(1, 2, (2, 3, 4), padding="valid"), (1, 1, 92, 132), 16),
    "a u-net that resizes": (lambda: UNet(1, 2, (2, 3, 4), up="resize"), (2, 1, 68, 96), 20),
    "a residual network": (lambda: networks.ResNet((1, 1), 2), (1, 3, 97, 65), None),
    "branches": (lambda: networks.Inception(2), (1, 2, 61, 40), (17, None)),
    "causal": (networks.CausalAudio, (1, 1, 300), 64),
    "three axes": (
        lambda: nn.Sequential(snn.Conv3d(1, 2, 3, 2, "same"), nn.AvgPool3d(2, 1)),
        (1, 1, 9, 14, 20),
        (4, 6, 8),
    ),
    "indices": (Switched, (1, 1, 64, 48), 8),
    "classes": (Classes, (2, 1, 40, 40), 12),
}


@pytest.mark.parametrize("name", NETWORKS)
def test_networks(name):
    torch.manual_seed(0)
    build, shape, tile = NETWORKS[name]
    model, image = build().double(), torch.randn(shape, dtype=torch.float64)
    assert (len(plan(model, shape, tile)) > 2) == (tile is not None)
    torch.testing.assert_close(tiled(model, image, tile), compute(model, image))


def test_a_halo_that_is_smaller_by_one_is_too_small(monkeypatch):
    """The halos are no larger than they must be, and the tests above can fail."""
    torch.manual_seed(0)
    model = nn.Sequential(nn.Conv1d(1, 1, 5, padding=2), nn.Conv1d(1, 1, 3, padding=1, padding_mode="replicate"))
    model, image = model.double(), torch.randn(1, 1, 90, dtype=torch.float64)
    for end in ("low", "high"):
        with monkeypatch.context() as patch:
            patch.setattr(planning, "motion", lambda *found, end=end: smaller(motion(*found), end))
            differs = (tiled(model, image, 16) - compute(model, image)).abs() > 1e-9
        assert differs.any()
        assert (differs.nonzero()[:, 2] % 16 == (0 if end == "low" else 15)).all()


def smaller(found, end):
    return replace(found, **{end: getattr(found, end) - 1})


def test_every_tile_costs_the_same():
    """All windows have one size, for which a compiled model is compiled once."""
    model = nn.Sequential(nn.Conv2d(1, 1, 3, 2), nn.Conv2d(1, 1, 3))
    planned = plan(model, (1, 1, 83, 57), (16, 20))
    assert len({tuple(cut.window for cut in cuts) for cuts in planned}) == 1
    covered = torch.zeros(planned.output)
    for cuts in planned:
        covered[planned.index([cut.made for cut in cuts])] += 1
    assert (covered == 1).all()


def test_training_mode_is_given_back():
    model = nn.Sequential(nn.Conv1d(1, 1, 3), nn.Dropout())
    tiled(model, torch.zeros(1, 1, 50), 10)
    assert model.training
    assert model[1].training


def test_a_model_on_integers_and_bfloat16():
    torch.manual_seed(0)
    model = nn.Conv1d(1, 1, 3, padding=1)
    image = torch.randint(0, 255, (1, 1, 60), dtype=torch.uint8)
    torch.testing.assert_close(tiled(model, image, 9), compute(model, image / 255))
    prepared = tiled(model, image, 9, prepare=lambda window: window.float())
    torch.testing.assert_close(prepared, compute(model, image.float()))
    assert tiled(model.bfloat16(), image, 9).dtype is torch.bfloat16
