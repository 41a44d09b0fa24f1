import pytest
import torch
from samples import bars
from torch import nn

import striate.nn as snn
from striate.exporting import export


@pytest.fixture(scope="session")
def bar_images():
    return bars()


@pytest.fixture(scope="session")
def model():
    """Normalised convolutions for images of any size, one strided with "same", whose padding follows from the size."""
    torch.manual_seed(0)
    layers = (snn.Conv2d(1, 6, 5, stride=2, padding="same", bias=False), nn.BatchNorm2d(6), nn.ReLU())
    head = (snn.Conv2d(6, 8, 3), nn.ReLU(), snn.GlobalAvgPool(keepdim=False), nn.Linear(8, 2))
    model = nn.Sequential(*layers, *head)
    with torch.no_grad():
        model[1].running_mean.normal_()
        model[1].running_var.uniform_(0.5, 2)
    return model.eval()


@pytest.fixture(scope="session")
def shipped(model, bar_images, tmp_path_factory):
    """The model as an ONNX file with its norm folded, and what `export` said of it."""
    pytest.importorskip("onnxscript", reason="torch.onnx needs it")
    pytest.importorskip("onnxruntime", reason="files are verified in it")
    path = tmp_path_factory.mktemp("shipped") / "bars.onnx"
    return export(model, path, data=bar_images, fold_batch_norms=True)
