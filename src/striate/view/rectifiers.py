"""Rectifiers that send signals back by another rule than the derivative, wherever a model calls one.

A function mode of torch sees every rectifier, as a module or as a function, in place or not, used once or often, and
changes no module; hooks would miss the functions and be confused by the rest.
"""

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F
from torch.overrides import TorchFunctionMode

# By the names of torch's functions and of tensors' methods, less the underscore of those that work in place
RECTIFIERS = frozenset({"relu", "relu6", "elu", "selu", "celu", "gelu", "silu", "mish", "softplus", "hardswish"})
LEAKY = frozenset({"leaky_relu", "rrelu", "prelu"})
LIMITS = frozenset({"clamp", "clip", "clamp_min", "hardtanh"})  # rectifiers where the lower limit is 0

Signal = Callable[[Tensor], Tensor]
Rule = Callable[[Tensor, Tensor, Signal], Tensor]


class Rectifying(TorchFunctionMode):
    """While it lasts, signals go back through rectifiers by a rule.

    Args:
        rule: takes the input of a rectifier, its output, and what the rectifier makes of a signal: max(signal, 0), or
            of a leaky one what it makes of any tensor. Returns the output, with the gradient that is wanted.

    Smooth rectifiers (GELU, SiLU, ELU, softplus and the like) count as that which they approach for large signals,
    max(signal, 0); so do ReLU6 and a clamp whose lower limit is 0. Functions without a half that is switched off (tanh,
    sigmoid) are left alone.
    """

    def __init__(self, rule: Rule) -> None:
        super().__init__()
        self.rule = rule

    def __torch_function__(
        self,
        func: Callable[..., Any],
        types: object,
        args: tuple[Any, ...] = (),
        kwargs: dict[str, Any] | None = None,
    ) -> Any:  # noqa: ANN401  whatever a function of torch returns
        """Run a function of torch; of a rectifier, by the rule."""
        kwargs = dict(kwargs or {})
        name = getattr(func, "__name__", "").removesuffix("_")
        if name not in RECTIFIERS | LEAKY | LIMITS or kwargs.get("out") is not None:
            return func(*args, **kwargs)
        input, *rest = args or (kwargs.pop("input"),)
        if name in LIMITS and not _lower_limit_is_zero(rest, kwargs):
            return func(input, *rest, **kwargs)

        def apply(tensor: Tensor) -> tuple[Tensor, bool]:
            copy = tensor.clone()  # the function may work in place
            output = func(copy, *rest, **kwargs)
            return output, output is copy

        output, in_place = apply(input)
        output = self.rule(input, output, (lambda signal: apply(signal)[0]) if name in LEAKY else F.relu)
        return input.copy_(output) if in_place else output


def deconvnet_rule(input: Tensor, output: Tensor, rectify: Signal) -> Tensor:
    """Rectify the signal, whatever the rectifier's input was (Zeiler and Fergus 2014, section 2.1)."""
    sent: Tensor = _Sent.apply(input, output.detach(), rectify)
    return sent


def guided_rule(input: Tensor, output: Tensor, rectify: Signal) -> Tensor:  # noqa: ARG001  the signature of `Rule`
    """Rectify the signal, then go on by the derivative (Springenberg et al. 2015, section 3.4)."""
    sent: Tensor = _Sent.apply(output, output.detach(), F.relu)
    return sent


def open_rule(input: Tensor, output: Tensor, rectify: Signal) -> Tensor:  # noqa: ARG001  the signature of `Rule`
    """Let every signal pass: what is left depends on windows and weights only."""
    sent: Tensor = _Sent.apply(input, output.detach(), torch.clone)
    return sent


class _Sent(torch.autograd.Function):
    """A value whose gradient by another is what a function makes of the signal."""

    @staticmethod
    def forward(ctx: Any, by: Tensor, value: Tensor, back: Signal) -> Tensor:  # noqa: ANN401, ARG004  torch's signature
        ctx.back = back
        return value.clone()

    @staticmethod
    def backward(ctx: Any, signal: Tensor) -> tuple[Tensor, None, None]:  # noqa: ANN401
        return ctx.back(signal), None, None


def check_eager(model: nn.Module) -> None:
    """Raise a ValueError for a scripted or compiled model, whose rectifiers no mode of torch can see."""
    for name, module in model.named_modules():
        if isinstance(module, torch.jit.ScriptModule) or hasattr(module, "_orig_mod"):
            raise ValueError(
                f"model: {name or type(model).__name__} is scripted or compiled, which hides its rectifiers; give the "
                "module that it was made from"
            )


def _lower_limit_is_zero(rest: list[Any], kwargs: dict[str, Any]) -> bool:
    low = rest[0] if rest else kwargs.get("min", kwargs.get("min_val"))
    return isinstance(low, int | float) and low == 0
