"""Models that stand in files of standard formats and are run by others' runtimes, as modules of torch."""

from striate.runtimes.onnx import OnnxModel, load_onnx

__all__ = ["OnnxModel", "load_onnx"]
