import sys

import pytest

from striate.runtimes.extras import required


def test_a_missing_package_is_named_with_its_extra(monkeypatch):
    monkeypatch.setitem(sys.modules, "onnxruntime", None)  # as if it were not installed
    with pytest.raises(RuntimeError, match=r"counting needs onnxruntime, .*: pip install 'striate\[onnx\]'"):
        required("onnxruntime", "onnx", "counting")
    from striate.runtimes import OnnxModel

    with pytest.raises(RuntimeError, match=r"pip install 'striate\[onnx\]'"):
        OnnxModel(b"", "model.onnx")
