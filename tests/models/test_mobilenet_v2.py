import pytest
import torch
from torch import nn

from striate.models import create
from striate.models.catalogue import multiply_adds
from striate.models.mobilenet_v2 import InvertedResidual, rounded


def figures(width):
    with torch.device("meta"):
        model = create("mobilenet-v2", width=width)
        cost = multiply_adds(model, torch.rand(1, 3, 224, 224))
    weights = sum(parameter.numel() for parameter in model.parameters() if parameter.ndim > 1)
    return model, weights, cost


def test_the_network_is_that_of_table_4():
    model, weights, cost = figures(1.0)
    assert sum(parameter.numel() for parameter in model.parameters()) == 3_504_872  # the authors', with the norms
    assert int(weights / 1e5) == 34  # 3.4 M in the paper
    assert round(cost / 1e6) in range(300, 302)  # 300 M there


def test_the_wider_network_costs_what_table_4_says():
    _, _, cost = figures(1.4)
    assert round(cost / 1e6) == pytest.approx(585, rel=0.01)


def test_there_are_seventeen_blocks_of_the_papers_shapes():
    with torch.device("meta"):
        model = create("mobilenet-v2")
    blocks = [block for block in model if isinstance(block, InvertedResidual)]
    assert len(blocks) == 17
    outputs = [block.layers.narrow.out_channels for block in blocks]
    assert outputs == [16] + [24] * 2 + [32] * 3 + [64] * 4 + [96] * 3 + [160] * 3 + [320]
    assert [i for i, block in enumerate(blocks) if block.layers.filter.stride == (2, 2)] == [1, 3, 6, 13]
    assert [block.adds for block in blocks].count(True) == 10


def test_the_input_is_added_where_shapes_agree():
    torch.manual_seed(0)
    block = InvertedResidual(4, 4, expansion=2, stride=1).eval()
    x = torch.rand(1, 4, 5, 5)
    torch.testing.assert_close(block(x), x + block.layers(x))
    other = InvertedResidual(4, 6, expansion=2, stride=1).eval()
    torch.testing.assert_close(other(x), other.layers(x))


def test_the_bottleneck_is_linear():
    block = InvertedResidual(4, 4, expansion=6, stride=1)
    assert isinstance(list(block.layers)[-1], nn.BatchNorm2d)
    assert sum(isinstance(layer, nn.ReLU6) for layer in block.layers) == 2


@pytest.mark.parametrize(("channels", "multiple"), [(1, 8), (11, 16), (12, 16), (44.8, 48), (89.6, 88), (1792, 1792)])
def test_channels_are_rounded_to_eights_but_not_by_more_than_a_tenth_down(channels, multiple):
    assert rounded(channels) == multiple


def test_what_cannot_be_built():
    with pytest.raises(ValueError, match=r"image_size of mobilenet-v2 is at least \(32, 32\), but got \(31, 31\)"):
        create("mobilenet-v2", image_size=31)
    with pytest.raises(ValueError, match="width must be above 0, but got -1"):
        create("mobilenet-v2-mini", width=-1)
