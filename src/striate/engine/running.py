"""Which of our kernels run, seen from outside."""

from collections.abc import Callable, Sequence
from typing import Any

from torch._ops import OpOverload
from torch.overrides import TorchFunctionMode

from striate.engine.selection import kernel_list

# Of each operator that takes a kernel by its place in a list: which list, and which argument that is.
_CHOSEN = {
    "convolution": ("forward", 9),
    "convolution_backward_data": ("backward_data", 8),
    "convolution_backward_weight": ("backward_weight", 9),
}


class KernelsRun(TorchFunctionMode):
    """A context that notes the kernels of ours that run inside it, each once, in `names`.

    >>> import torch
    >>> import striate.functional as SF
    >>> with KernelsRun() as run:
    ...     output = SF.max_pool2d(torch.zeros(8, 64, 56, 56), 3, 2)
    >>> run.names
    ['pooling']
    """

    def __init__(self) -> None:
        super().__init__()
        self.names: list[str] = []

    def __torch_function__(
        self,
        func: Callable[..., Any],
        types: Sequence[type],
        args: tuple[Any, ...] = (),
        kwargs: dict[str, Any] | None = None,
    ) -> Any:  # noqa: ANN401
        if isinstance(func, OpOverload) and func.namespace == "striate":
            name = self._kernel(func, args)
            if name and name not in self.names:
                self.names.append(name)
        return func(*args, **(kwargs or {}))

    @staticmethod
    def _kernel(operator: Any, args: tuple[Any, ...]) -> str:  # noqa: ANN401  torch's class is untyped
        """Return the kernel that an operator is; empty where it computes nothing, such as packing."""
        name = str(operator.name()).partition("::")[2].partition(".")[0]
        if name in _CHOSEN:
            computation, place = _CHOSEN[name]
            return kernel_list(computation)[int(args[place])]
        if name.startswith(("max_pool", "avg_pool")):
            return "pooling"
        return "depthwise" if name.startswith("masked_depthwise") else ""
