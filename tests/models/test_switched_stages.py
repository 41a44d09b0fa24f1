import torch
from torch import nn

import striate.nn as snn
from striate.models.switched_stages import SwitchedStages, convolved


def test_each_stage_remembers_where_its_maxima_lay():
    torch.manual_seed(0)
    stages = SwitchedStages(2, widths=(4, 6), depths=(2, 1)).eval()
    x = torch.rand(1, 2, 9, 8)
    features, switches = stages(x)
    assert features.shape == (1, 6, 2, 2)
    whole = stages.stages[0](x)
    places, size = switches[0]
    assert size == (9, 8)
    torch.testing.assert_close(whole.flatten(2).gather(2, places.flatten(2)).view(places.shape), stages.pool(whole)[0])


def test_convolutions_keep_the_size_and_have_a_norm_and_a_rectifier():
    layers = convolved(3, (8, 4), snn.ConvTranspose2d)
    assert [type(layer) for layer in layers] == [snn.ConvTranspose2d, nn.BatchNorm2d, nn.ReLU] * 2
    assert layers(torch.rand(2, 3, 7, 5)).shape == (2, 4, 7, 5)
