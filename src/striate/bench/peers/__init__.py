"""The libraries that striate is compared with; each is imported when it is asked for."""

from collections.abc import Callable
from importlib.util import find_spec

from striate.bench.contender import Contender
from striate.bench.exact import Operands
from striate.bench.peers import compiled, eager, jax, onnxruntime, openvino

Build = Callable[[Operands, bool, int], list[Contender]]

# Each builds its contenders from operands, whether gradients are wanted, and the number of threads, or raises
# `CannotRunError`.
PEERS: dict[str, Build] = {
    "torch": eager.contenders,
    "compile": compiled.contenders,
    "jax": jax.contenders,
    "onnxruntime": onnxruntime.contenders,
    "openvino": openvino.contenders,
}

_NEEDS = {"torch": ("torch",), "compile": ("torch",), "jax": ("jax",), "onnxruntime": ("onnxruntime", "onnx")}


def missing(peer: str) -> tuple[str, ...]:
    """Return the packages that a peer needs and that are not installed.

    >>> missing("torch")
    ()
    """
    return tuple(package for package in _NEEDS.get(peer, (peer,)) if find_spec(package) is None)
