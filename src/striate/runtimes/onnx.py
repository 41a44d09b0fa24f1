"""A model in an ONNX file, run by ONNX Runtime, as a module."""

from collections.abc import Mapping
from os import PathLike
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from striate.runtimes.extras import required


class OnnxModel(nn.Module):
    """A model that ONNX Runtime computes on the CPU; it has no parameters and learns nothing.

    Args:
        content: An ONNX model: the path of its file, or its bytes.
        name: What messages call it.
        threads: That it computes on; as many as torch uses, unless given.
        weights: By name, where bytes have them in a file beside their own.

    `metadata` has what the file says of itself, texts by their names; `inputs` and `outputs` have the names of its
    tensors.

    Raises:
        ValueError: It is no ONNX model, or a damaged one.
        RuntimeError: ONNX Runtime is not installed.
    """

    def __init__(
        self,
        content: str | bytes,
        name: str,
        threads: int | None = None,
        weights: Mapping[str, Tensor] | None = None,
    ) -> None:
        super().__init__()
        runtime = required("onnxruntime", "onnx", f"running {name}")
        options = runtime.SessionOptions()
        options.intra_op_num_threads = threads or torch.get_num_threads()
        options.log_severity_level = 4  # errors are raised, and worded here
        if weights:
            values = [runtime.OrtValue.ortvalue_from_numpy(weight.numpy()) for weight in weights.values()]
            options.add_external_initializers(list(weights), values)
        try:
            self._session = runtime.InferenceSession(content, options, providers=["CPUExecutionProvider"])
        except Exception as error:  # ONNX Runtime's classes have no common base but this
            raise ValueError(f"{name} is no ONNX model, or is damaged: {_first_line(error)}") from error
        self.name = name
        self.metadata: dict[str, str] = dict(self._session.get_modelmeta().custom_metadata_map)
        self.inputs = tuple(value.name for value in self._session.get_inputs())
        self.outputs = tuple(value.name for value in self._session.get_outputs())

    def forward(self, *inputs: Tensor) -> Any:  # noqa: ANN401  one tensor, or several
        """Compute the outputs, a tensor or a tuple of them; a ValueError where the model refuses the inputs."""
        if len(inputs) != len(self.inputs):
            raise ValueError(f"{self.name} takes {', '.join(self.inputs)}, but got {len(inputs)} tensors")
        named = {name: tensor.detach().cpu().numpy() for name, tensor in zip(self.inputs, inputs, strict=True)}
        try:
            found = [torch.from_numpy(array) for array in self._session.run(None, named)]
        except Exception as error:
            shapes = ", ".join(str(tuple(tensor.shape)) for tensor in inputs)
            raise ValueError(f"{self.name} refuses inputs of shape {shapes}: {_first_line(error)}") from error
        return found[0] if len(found) == 1 else tuple(found)


def load_onnx(path: str | PathLike[str], *, threads: int | None = None) -> OnnxModel:
    """Load an ONNX file, striate's or any other; nothing in it but its operators is ever run.

    Args:
        path: The file.
        threads: That it computes on; as many as torch uses, unless given.

    Raises:
        FileNotFoundError: There is no such file.
        ValueError: It is no ONNX model, or a damaged one.
        RuntimeError: ONNX Runtime is not installed.

    >>> load_onnx("absent.onnx")
    Traceback (most recent call last):
    FileNotFoundError: there is no file absent.onnx
    """
    path = Path(path)
    if not path.is_file():
        raise FileNotFoundError(f"there is no file {path}")
    return OnnxModel(str(path), str(path), threads)


def _first_line(error: Exception) -> str:
    return str(error).strip().partition("\n")[0]
