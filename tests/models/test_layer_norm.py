import pytest
import torch

from striate.models.layer_norm import ChannelLayerNorm


@pytest.mark.parametrize("size", [(5,), (4, 3), (2, 3, 4)])
def test_it_is_torchs_at_each_place(size):
    torch.manual_seed(0)
    layer = ChannelLayerNorm(6)
    with torch.no_grad():
        layer.weight.normal_()
        layer.bias.normal_()
    x = torch.randn(2, 6, *size)
    expected = torch.empty_like(x)
    for place in torch.cartesian_prod(*(torch.arange(n) for n in size)).reshape(-1, len(size)).tolist():
        at = (slice(None), slice(None), *place)
        expected[at] = torch.nn.functional.layer_norm(x[at], (6,), layer.weight, layer.bias, 1e-6)
    torch.testing.assert_close(layer(x), expected)
