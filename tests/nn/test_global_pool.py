import pytest
import strategies
import torch

import striate.functional as SF
import striate.nn as snn


@pytest.mark.parametrize("name", ["Max", "Avg", "Min", "Sum"])
def test_they_are_the_functions(name):
    layer, function = getattr(snn, f"Global{name}Pool"), getattr(SF, f"global_{name.lower()}_pool")
    for shape in ((2, 3, 5), (2, 3, 4, 5, 6)):
        input = strategies.numbers(shape, 0)
        torch.testing.assert_close(layer()(input), function(input), rtol=0, atol=0)
        torch.testing.assert_close(layer(keepdim=False)(input), function(input, False), rtol=0, atol=0)
    assert repr(layer()) == f"Global{name}Pool()"
    assert repr(layer(keepdim=False)) == f"Global{name}Pool(keepdim=False)"


def test_the_norm():
    input = strategies.numbers((2, 3, 5, 4), 0)
    torch.testing.assert_close(snn.GlobalLpPool(3, False)(input), SF.global_lp_pool(input, 3, False), rtol=0, atol=0)
    assert repr(snn.GlobalLpPool(3, False)) == "GlobalLpPool(norm_type=3, keepdim=False)"
    assert repr(snn.GlobalLpPool(3)) == "GlobalLpPool(norm_type=3)"
    with pytest.raises(ValueError, match="norm_type must be above 0"):
        snn.GlobalLpPool(0)
