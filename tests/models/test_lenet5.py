from itertools import combinations
from math import sqrt

import pytest
import torch
from torch import nn

from striate.models import create
from striate.models.lenet5 import (
    C3_TABLE,
    EuclideanRBF,
    J,
    LeNet5,
    ScaledTanh,
    Subsample2d,
    TableConv2d,
    connections,
    target_codes,
)

PARAMETERS = {"c1": 156, "s2": 12, "c3": 1_516, "s4": 32, "c5": 48_120, "f6": 10_164}
CONNECTIONS = {"c1": 122_304, "s2": 5_880, "c3": 151_600, "s4": 2_000, "c5": 48_120, "f6": 10_164, "output": 840}


@pytest.fixture
def model():
    torch.manual_seed(0)
    return LeNet5()


@pytest.fixture
def generator():
    return torch.Generator().manual_seed(3)


def test_trainable_parameters_of_every_layer_are_the_papers(model):
    counts = {name: sum(p.numel() for p in layer.parameters()) for name, layer in model.named_children()}
    assert {name: count for name, count in counts.items() if count} == PARAMETERS
    assert sum(counts.values()) == 60_000


def test_connections_of_every_layer_are_the_papers(model):
    assert connections(model) == CONNECTIONS
    assert sum(connections(model).values()) == 340_908


def test_connections_are_counted_from_the_layers(model):
    model.c1 = nn.Conv2d(1, 7, 5)
    assert connections(model)["c1"] == 7 * 26 * 28 * 28


def test_maps_have_the_papers_sizes(model):
    sizes = {}
    x = torch.rand(2, 1, 28, 28)
    for name, layer in model.named_children():
        x = layer(x)
        sizes[name] = tuple(x.shape[1:])
    assert sizes["rescale"] == (1, 32, 32)
    assert sizes["c1"] == (6, 28, 28)
    assert sizes["s2"] == (6, 14, 14)
    assert sizes["c3"] == (16, 10, 10)
    assert sizes["s4"] == (16, 5, 5)
    assert sizes["c5"] == (120, 1, 1)
    assert sizes["f6"] == (84,)
    assert sizes["output"] == (10,)


def test_the_image_is_centred_and_rescaled(model, generator):
    image = torch.rand(1, 1, 28, 28, generator=generator)
    seen = model.rescale(model.centre(image))
    torch.testing.assert_close(seen[:, :, 2:30, 2:30], image * 1.275 - 0.1)
    border = seen.clone()
    border[:, :, 2:30, 2:30] = -0.1
    torch.testing.assert_close(border, torch.full((1, 1, 32, 32), -0.1))


@pytest.mark.parametrize("image_size", [(32, 32), (17, 30), (9, 32)])
def test_an_image_of_another_size_is_centred(image_size):
    torch.manual_seed(0)
    assert create("lenet5", image_size=image_size)(torch.rand(3, 1, *image_size)).shape == (3, 10)


def test_weights_begin_within_the_papers_bounds(model):
    fan_in = {"c1": 25, "s2": 4, "s4": 4, "c5": 400, "f6": 120}
    for name, inputs in fan_in.items():
        for parameter in getattr(model, name).parameters():
            assert parameter.abs().max() <= 2.4 / inputs
    for name in ("c1", "c5", "f6"):  # a uniform distribution's deviation is its bound / sqrt(3)
        expected = 2.4 / fan_in[name] / sqrt(3)
        assert getattr(model, name).weight.std().item() == pytest.approx(expected, rel=0.15)


def test_c3_kernels_begin_within_the_bounds_of_their_own_map(model):
    inputs = torch.tensor([75] * 6 + [100] * 9 + [150])
    largest = torch.stack([model.c3.weight[model.c3.out_map == i].abs().max() for i in range(16)])
    assert (largest <= 2.4 / inputs).all()
    assert (largest > 0.9 * 2.4 / inputs).all()  # 75 draws or more come near the bound
    assert (model.c3.bias.abs() <= 2.4 / inputs).all()


def test_scaled_tanh_is_one_at_one():
    x = torch.tensor([-1.0, 0.0, 1.0, 100.0])
    torch.testing.assert_close(ScaledTanh()(x), torch.tensor([-1.0, 0.0, 1.0, 1.7159]), atol=1e-4, rtol=0)


def test_the_connection_table_is_the_papers():
    lines = C3_TABLE.split()
    sees = ["".join(str(row) for row in range(6) if lines[row][column] == "X") for column in range(16)]
    assert sees[:6] == ["012", "123", "234", "345", "045", "015"]
    assert sees[6:12] == ["0123", "1234", "2345", "0345", "0145", "0125"]
    assert sees[12:] == ["0134", "1245", "0235", "012345"]


def test_table_convolution_is_the_sum_over_connected_maps(model, generator):
    layer = model.c3.double()
    x = torch.randn(2, 6, 14, 14, generator=generator, dtype=torch.float64)
    expected = layer.bias[:, None, None].expand(2, 16, 10, 10).clone()
    for kernel, out_map, in_map in zip(layer.weight, layer.out_map, layer.in_map, strict=True):
        for row in range(5):
            for column in range(5):
                expected[:, out_map] += kernel[row, column] * x[:, in_map, row : row + 10, column : column + 10]
    torch.testing.assert_close(layer(x), expected)


def test_table_convolution_does_not_see_an_unconnected_map(model, generator):
    x = torch.randn(1, 6, 14, 14, generator=generator)
    other = x.clone()
    other[:, 3] += 1
    changed = (model.c3(x) != model.c3(other)).flatten(2).any(2)[0]
    assert [bool(flag) for flag in changed] == [mark == "X" for mark in C3_TABLE.split()[3]]


def test_table_convolution_gradients(generator):
    layer = TableConv2d("X.X XX.", kernel_size=2).double()
    x = torch.randn(1, 2, 3, 4, generator=generator, dtype=torch.float64, requires_grad=True)

    def convolve(x, weight, bias):
        return torch.func.functional_call(layer, {"weight": weight, "bias": bias}, x)

    assert torch.autograd.gradcheck(convolve, (x, layer.weight, layer.bias))


def test_subsampling_by_hand():
    layer = Subsample2d(2)
    with torch.no_grad():
        layer.weight.copy_(torch.tensor([0.5, -1.0]))
        layer.bias.copy_(torch.tensor([0.0, 10.0]))
    x = torch.tensor([[[1.0, 2.0, 5.0, 6.0], [3.0, 4.0, 7.0, 8.0]], [[0.0, 1.0, 0.0, 2.0], [0.0, 3.0, 0.0, 4.0]]])
    torch.testing.assert_close(layer(x[None]), torch.tensor([[[[5.0, 13.0]], [[6.0, 4.0]]]]))


def test_rbf_units_measure_the_distance_to_their_centres(generator):
    x = torch.randn(4, 84, generator=generator, dtype=torch.float64)
    codes = target_codes().double()
    expected = torch.stack([torch.stack([-((row - code) ** 2).sum() for code in codes]) for row in x])
    torch.testing.assert_close(EuclideanRBF(codes)(x), expected)


def test_target_codes_are_ten_pictures_that_differ():
    codes = target_codes()
    assert codes.shape == (10, 7 * 12)
    assert set(codes.unique().tolist()) == {-1.0, 1.0}
    assert min(int((codes[a] != codes[b]).sum()) for a, b in combinations(range(10), 2)) >= 10


def test_target_codes_read_down_the_lines():
    one = target_codes()[1].reshape(12, 7)
    assert ["".join("#" if x > 0 else "." for x in row) for row in one[[0, 2, 10, 11]]] == [
        "...##..",
        ".####..",
        ".######",
        ".......",
    ]


def test_an_output_on_its_target_scores_zero():
    codes = target_codes()
    scores = EuclideanRBF(codes)(codes)
    torch.testing.assert_close(scores.diagonal(), torch.zeros(10))
    assert scores.argmax(1).tolist() == list(range(10))


def test_loss_is_equation_9(model, generator):
    y = 10 * torch.rand(3, 10, generator=generator, dtype=torch.float64)
    labels = torch.tensor([7, 0, 2])
    right = torch.stack([y[0, 7], y[1, 0], y[2, 2]])
    expected = (right + (torch.tensor(-J).double().exp() + (-y).exp().sum(1)).log()).mean()
    torch.testing.assert_close(model.loss(-y, labels), expected)


def test_loss_leaves_far_wrong_classes_alone(model):
    scores = torch.full((1, 10), -J - 20.0)
    scores[0, 6] = -1.0
    scores.requires_grad_()
    model.loss(scores, torch.tensor([6])).backward()
    wrong = scores.grad[0].abs()[torch.arange(10) != 6]
    assert wrong.max() < 1e-8


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"classes": 3}, "classes of lenet5 is 10, as published, but got 3; try lenet5-modern"),
        ({"in_channels": 3}, "in_channels of lenet5 is 1, as published, but got 3; try lenet5-modern"),
        ({"image_size": 33}, r"image_size of lenet5 is at most \(32, 32\), but got \(33, 33\); try lenet5-modern"),
        ({"image_size": (28, 40)}, r"image_size of lenet5 is at most \(32, 32\), but got \(28, 40\); try lenet5-mod"),
    ],
)
def test_what_the_paper_did_not_build_is_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        create("lenet5", **arguments)
