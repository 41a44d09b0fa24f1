"""Every model leaves as an ONNX file of standard operators, with its own parameters, that computes what it computes."""

import numpy as np
import pytest
import torch
from hypothesis import settings
from objectives import built, drawn
from torch import nn

from striate import export, load_onnx, models
from striate.exporting.verification import TOLERANCE, tensors

onnx = pytest.importorskip("onnx")
pytest.importorskip("onnxscript", reason="torch.onnx needs it")
pytest.importorskip("onnxruntime", reason="files are verified in it")

INTENSE = settings.get_current_profile_name() == "intense"
# A trace of a size that may change takes a few seconds; these are one of each kind of layer and of input
ANY_SIZE = {"convnext-v2-mini", "espcn", "lenet5-modern", "tcn-mini", "text-cnn-mini"}
# Larger ones are written into two files, as tests/exporting/test_onnx_file.py shows
WRITABLE = {one.name: one for one in models.catalogue() if one.parameters < 2**31 / 4}
# A large model has a small sibling of the same builder
SMALL = [name for name, one in WRITABLE.items() if one.multiply_adds <= 80e6 and f"{name}-mini" not in WRITABLE]
NAMES = list(WRITABLE) if INTENSE else SMALL
TYPICAL = {
    "alexnet-mini": "Pow",
    "dcgan-mini": "ConvTranspose",
    "espcn": "DepthToSpace",
    "segnet-mini": "ScatterElements",
    "text-cnn": "Gather",
    "text-cnn-mini": "Gather",
    "unet-mini": "Concat",
}


class Masked(nn.Module):
    """A masked autoencoder that sees every other patch, since a drawn mask is another one each time."""

    def __init__(self, model):
        super().__init__()
        self.model = model

    def forward(self, images):
        rows, columns = (side // self.model.patch for side in images.shape[2:])
        seen = (torch.arange(rows)[:, None] + torch.arange(columns)) % 2
        return self.model(images, seen.to(images.dtype).expand(images.shape[0], 1, rows, columns))


def stirred(model):
    """The model with numbers of its own in every norm, as training leaves them."""
    generator = torch.Generator().manual_seed(5)
    for norm in model.modules():
        if isinstance(norm, nn.modules.batchnorm._BatchNorm):
            norm.running_mean.normal_(0, 0.1, generator=generator)
            norm.running_var.uniform_(0.05, 0.2, generator=generator)
    return model.eval()


@pytest.mark.parametrize("name", NAMES)
def test_it_leaves_and_comes_back(name, tmp_path):
    model, input = stirred(built(name)), drawn(name, 2)
    whole = Masked(model) if models.task(name) == "pretraining" else model
    written = export(whole, tmp_path / "model.onnx", input=input, dynamic_size=INTENSE or name in ANY_SIZE)
    proto = onnx.load(written.path)
    assert {node.domain for node in proto.graph.node} <= {"", "ai.onnx"}
    assert TYPICAL.get(name, "Conv") in {node.op_type for node in proto.graph.node}
    assert 0 in written.dynamic
    if name in ANY_SIZE:
        assert len({one.shape[-1] for one in written.agreements}) == 2

    torch.manual_seed(6)
    fresh = models.example(name, 5)
    with torch.no_grad():
        for expected, found in zip(tensors(whole(fresh)), tensors(load_onnx(written.path)(fresh)), strict=True):
            assert float((found - expected).abs().max()) <= TOLERANCE * float(expected.abs().max())

    kept = {array.name.removeprefix("model."): onnx.numpy_helper.to_array(array) for array in proto.graph.initializer}
    for key, parameter in model.named_parameters():
        if key in kept:
            np.testing.assert_array_equal(kept[key], parameter.detach().numpy(), err_msg=key)
    assert any(key in kept for key, _ in model.named_parameters())
