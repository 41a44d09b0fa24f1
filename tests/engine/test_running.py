import pytest
import torch

import striate.functional as SF
from striate.engine._load import has_kernels
from striate.engine.running import KernelsRun
from striate.engine.selection import use_kernel

pytestmark = pytest.mark.skipif(not has_kernels(), reason="the kernels are not compiled")


@pytest.mark.parametrize("name", ["dense", "direct", "winograd", "reference"])
def test_the_kernel_of_a_convolution_is_named(name):
    image, weight = torch.rand(1, 8, 12, 12), torch.rand(8, 8, 3, 3, requires_grad=True)
    with use_kernel(name), KernelsRun() as run:
        SF.conv2d(image, weight).sum().backward()
    assert run.names[0] == name


def test_each_is_named_once_and_torchs_never():
    images = torch.rand(8, 32, 40, 40)
    with KernelsRun() as run:
        for _ in range(2):
            SF.avg_pool2d(SF.max_pool2d(images, 3, 2), 3, 2)
    assert run.names == ["pooling"]
    with use_kernel("torch"), KernelsRun() as run:
        SF.conv2d(images, torch.rand(32, 32, 3, 3))
    assert run.names == []
