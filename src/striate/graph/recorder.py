"""`record`: run a model once and note its operations and values."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, fields, is_dataclass, replace
from inspect import signature
from math import prod
from typing import Any

import torch
from torch import Tensor, nn
from torch.overrides import TorchFunctionMode
from torch.utils.weak import WeakIdKeyDictionary

from striate.engine.evaluating import evaluating
from striate.graph.axis import Whole
from striate.graph.dims import plain, spatial
from striate.graph.grouping import Draft, grouped
from striate.graph.linking import Link, Regroup, Spec, joined
from striate.graph.naming import CONSTANTS, LIKE_ANOTHER, name_of, written_by
from striate.graph.recording import Recording, Value
from striate.graph.rules import Rule, rule_of_function, rule_of_module
from striate.graph.rules.operands import Operand, Result, Told, operands_in


def record(model: nn.Module, *inputs: Any, keep: bool = True) -> Recording:  # noqa: ANN401
    """Run a model once and return its computation as a graph of operations and values.

    A layer, that is a module without modules inside or a layer of striate, is one operation; what containers compute by
    functions, such as `torch.cat`, `+` or `torch.nn.functional.interpolate`, is an operation a call. The model runs in
    evaluation mode without gradients, on the kernels that it always runs on; every module gets its own mode back.

    Args:
        model: any module.
        inputs: what it is called with. The spatial axes of the first tensor (N, C, *S) among them are followed.
        keep: whether the recording keeps the tensors, which are as many bytes as all feature maps have.

    Raises:
        TypeError: the model is no module.
        ValueError: no tensor among the inputs, the model refuses them, or it returns no tensor.

    >>> found = record(nn.Sequential(nn.Conv2d(1, 4, 3), nn.ReLU(), nn.MaxPool2d(2)), torch.zeros(1, 1, 8, 8))
    >>> [(operation.path, operation.name) for operation in found], found.reaches[found.outputs[0]][0].field
    ([('0', 'Conv2d'), ('1', 'ReLU'), ('2', 'MaxPool2d')], ReceptiveField(size=4, jump=2, offset=0))
    """
    if not isinstance(model, nn.Module):
        raise TypeError(f"model must be a torch.nn.Module, but got a {type(model).__name__}")
    tensors = tensors_in(inputs)
    if not tensors:
        raise ValueError(
            f"inputs must hold a tensor to call the model with, such as torch.zeros(1, 3, 224, 224), but got {inputs}"
        )
    recorder = _Recorder(model, tensors, keep)
    with torch.no_grad(), evaluating(model), _hooked(model, recorder), recorder:
        try:
            returned = model(*inputs)
        except (RuntimeError, TypeError, ValueError, IndexError, AssertionError) as error:
            shapes = ", ".join(str(tuple(tensor.shape)) for tensor in tensors)
            raise ValueError(
                f"inputs of shape {shapes} are refused by the model, a {type(model).__name__}: {error}"
            ) from error
    return recorder.finish(returned)


def tensors_in(nested: object) -> list[Tensor]:
    """Return the tensors in sequences, mappings and dataclasses, nested as they may be."""
    if isinstance(nested, Tensor):
        return [nested]
    inner: Sequence[Any] = ()
    if isinstance(nested, Mapping):
        inner = list(nested.values())
    elif isinstance(nested, list | tuple):
        inner = nested
    elif is_dataclass(nested) and not isinstance(nested, type):
        inner = [getattr(nested, field.name) for field in fields(nested)]
    return [tensor for item in inner for tensor in tensors_in(item)]


@dataclass
class _Call:
    """A module that is being called."""

    module: nn.Module
    path: str
    rule: Rule | None = None
    group: int | None = None


class _Recorder(TorchFunctionMode):
    """Sees each function called outside layers that have a rule; hooks tell it where in the model that is."""

    def __init__(self, model: nn.Module, inputs: list[Tensor], keep: bool) -> None:
        super().__init__()
        self.model, self.keep = model, keep
        self.values: list[Value] = []
        self.drafts: list[Draft] = []
        self.known = WeakIdKeyDictionary()  # the value that each tensor holds now
        self.calls: list[_Call] = []
        self.returned: dict[str, list[int]] = {}
        self.is_apart = False
        self.groups = 0
        self.events = 0  # calls of layers, and of functions outside them
        self.silent = 0  # calls within a layer that has a rule
        maps = [number for number, tensor in enumerate(inputs) if tensor.ndim > 2]
        self.source = maps[0] if maps else 0
        self.ndim = max(0, inputs[self.source].ndim - 2)
        for number, tensor in enumerate(inputs):
            self._add(tensor, None, spatial(tensor.shape) if number == self.source else plain(tensor.shape))
        self.inputs = tuple(range(len(inputs)))

    def __torch_function__(
        self,
        func: Callable[..., Any],
        types: Sequence[type],
        args: tuple[Any, ...] = (),
        kwargs: dict[str, Any] | None = None,
    ) -> Any:  # noqa: ANN401
        kwargs = kwargs or {}
        if self.is_apart:
            return func(*args, **kwargs)
        name = name_of(func)
        self.events += not self._within_a_layer()
        if name in CONSTANTS or not any(tensor in self.known for tensor in tensors_in((args, kwargs))):
            return func(*args, **kwargs)
        written = written_by(func, name, args, kwargs)
        self._keep_what_is_overwritten(written)
        followed = 1 if name in LIKE_ANOTHER else len(args)
        traced = (*self._traced(args[:followed]), *args[followed:]), self._traced(kwargs)
        result = func(*args, **kwargs)
        made = [written] if name == "__setitem__" and written is not None else tensors_in(result)
        if made and (written is not None or any(tensor not in self.known for tensor in made)):
            self._note(name, rule_of_function(name), None, *traced, made)
            self._note_base(name, written, traced)
        return result

    def enter(self, path: str, module: nn.Module, args: tuple[Any, ...]) -> None:
        """Note that a module is called."""
        call = _Call(module, path)
        nested = self._within_a_layer()
        self.calls.append(call)
        if self.silent:
            self.silent += 1
            return
        call.rule = rule_of_module(module)
        if call.rule is not None or is_layer(module):
            self.events += not nested
        if call.rule is not None:
            self._keep_what_is_overwritten(args[0] if args and getattr(module, "inplace", False) else None)
            self.silent = 1
            self.__exit__(None, None, None)  # type: ignore[no-untyped-call]  # within it nothing needs to be seen
        elif is_layer(module):
            self.groups += 1
            call.group = self.groups

    def leave(self, args: tuple[Any, ...], kwargs: dict[str, Any], output: object) -> None:
        """Note what the module that was entered last returned; None where it raised."""
        call = self.calls.pop()
        if self.silent > 1:
            self.silent -= 1
            return
        made = tensors_in(output)
        if call.rule is not None:
            self.silent = 0
            if made:
                self._note(type(call.module).__name__, call.rule, call, self._traced(args), self._traced(kwargs), made)
            self.__enter__()  # type: ignore[no-untyped-call]
        if call.group is not None:
            self._close(call, made)
        if made and made[0] in self.known:
            self.returned.setdefault(call.path, []).append(self.known[made[0]].index)

    def finish(self, result: object) -> Recording:
        """Return the recording, the functions within a layer made one operation."""
        made = tensors_in(result)
        if not made:
            raise ValueError(f"model must return a tensor, or several nested, but it returned {type(result)}")
        outputs = tuple(dict.fromkeys(self.known[tensor].index for tensor in made if tensor in self.known))
        operations, internal = grouped(self.drafts, outputs, self.ndim)
        producers = {index: operation.index for operation in operations for index in operation.outputs}
        values = tuple(replace(value, producer=producers.get(value.index)) for value in self.values)
        returned = {path: tuple(numbers) for path, numbers in self.returned.items()}
        return Recording(
            self.model, values, operations, self.inputs, outputs, self.source, frozenset(internal), returned
        )

    @contextmanager
    def apart(self) -> Iterator[None]:
        """Note nothing inside a `with` block: what the recorder itself does with tensors is no part of the model."""
        self.is_apart = True
        try:
            yield
        finally:
            self.is_apart = False

    def _within_a_layer(self) -> bool:
        return any(call.group is not None for call in self.calls)

    def _add(self, tensor: Tensor, producer: int | None, dims: Any) -> Value:  # noqa: ANN401
        kept = tensor.detach() if self.keep else None
        strides = tensor.stride() if tensor.layout is torch.strided else ()
        value = Value(len(self.values), tuple(tensor.shape), tensor.dtype, kept, producer, dims, strides)
        self.values.append(value)
        self.known[tensor] = value
        return value

    def _traced(self, argument: Any) -> Any:  # noqa: ANN401
        """Return an argument with every tensor that follows from the input replaced by its value."""
        if isinstance(argument, Tensor):
            return self.known.get(argument, argument)
        if isinstance(argument, dict):
            return {key: self._traced(item) for key, item in argument.items()}
        if type(argument) in {list, tuple}:
            return type(argument)(self._traced(item) for item in argument)
        return argument

    def _note(
        self,
        name: str,
        rule: Rule | None,
        call: _Call | None,
        args: tuple[Any, ...],
        kwargs: dict[str, Any],
        made: list[Tensor],
    ) -> None:
        """Add an operation and its outputs."""
        read = _values_in((args, kwargs))
        if not read:
            return
        shapes = tuple(tuple(tensor.shape) for tensor in made)
        links: list[Link] = []
        unknown = False
        outputs = []
        for place, tensor in enumerate(made):
            result = Result(shapes[place], place, shapes)
            said, understood = _ask(rule, result, _operands(args), _operands(kwargs))
            unknown |= not understood
            index = len(self.values)
            dims, own = joined([(o.index, o.dims, spec) for o, spec in said], index, tensor.shape, self.ndim)
            self._add(tensor, len(self.drafts), dims)
            links += own
            outputs.append(index)
        top = self.calls[-1] if self.calls else _Call(self.model, "")
        self.drafts.append(
            Draft(
                name=name,
                path=top.path if call is None else call.path,
                module=top.module if call is None else call.module,
                group=top.group if call is None else None,
                is_layer=call is not None,
                inputs=tuple(dict.fromkeys(value.index for value in read)),
                outputs=tuple(outputs),
                arguments=args,
                keywords=kwargs,
                links=tuple(links),
                unknown=(name,) if unknown else (),
                event=self.events,
            )
        )

    def _close(self, call: _Call, made: list[Tensor]) -> None:
        """End a layer without a rule: what it returned is made within, even if it is what it was given."""
        own = {index for draft in self.drafts if draft.group == call.group for index in draft.outputs}
        passed = [tensor for tensor in made if tensor in self.known and self.known[tensor].index not in own]
        for tensor in passed:
            value = self.known[tensor]
            self.calls.append(call)
            self._note("identity", rule_of_function("contiguous"), None, (value,), {}, [tensor])
            self.calls.pop()

    def _keep_what_is_overwritten(self, written: Tensor | None) -> None:
        """Give the value that a tensor holds a copy of its own before the tensor is worked on in place."""
        if self.keep and isinstance(written, Tensor) and written in self.known:
            value = self.known[written]
            self.values[value.index] = replace(value, tensor=written.detach().clone())

    def _note_base(self, name: str, written: Tensor | None, traced: tuple[Any, Any]) -> None:
        """What is written into a view is written into what it is a view of; where, is not followed."""
        if written is None or not written._is_view() or written._base is None:
            return
        read = _values_in(traced)
        base = written._base
        if len(read) > 1 or (read and base not in self.known):
            before = [self.known[base]] if base in self.known else []
            self._note(f"{name} into a view", None, None, (*before, *read), {}, [base])


def is_layer(module: nn.Module) -> bool:
    """Whether a call of a module is one operation: it has a rule, or no modules within that compute.

    Lists of parameters and parametrizations only make weights.

    >>> is_layer(nn.ReLU()), is_layer(nn.Sequential(nn.ReLU()))
    (True, False)
    """
    within = [
        child
        for name, child in module.named_children()
        if name != "parametrizations" and not isinstance(child, nn.ParameterList | nn.ParameterDict)
    ]
    return not within or rule_of_module(module) is not None


def _values_in(nested: Any) -> list[Value]:  # noqa: ANN401
    if isinstance(nested, Value):
        return [nested]
    inner = nested.values() if isinstance(nested, dict) else nested if isinstance(nested, list | tuple) else ()
    return [value for item in inner for value in _values_in(item)]


def _operands(nested: Any) -> Any:  # noqa: ANN401
    """Return arguments as rules read them."""
    if isinstance(nested, Value):
        return Operand(nested.index, nested.shape, nested.dims)
    if isinstance(nested, dict):
        return {key: _operands(item) for key, item in nested.items()}
    return type(nested)(map(_operands, nested)) if type(nested) in {list, tuple} else nested


def _ask(rule: Rule | None, result: Result, args: tuple[Any, ...], kwargs: dict[str, Any]) -> tuple[Told, bool]:
    """Return what a rule tells of a call, and whether it understood it; what is not understood reads everything."""
    operands = list({operand.index: operand for operand in operands_in([*args, *kwargs.values()])}.values())
    said: Told = []
    if rule is not None:
        try:
            signature(rule).bind(result, *args, **kwargs)
            said = rule(result, *args, **kwargs)
        except (TypeError, ValueError):  # arguments in a way that the rule does not know
            said = []
    if said and all(_fits(operand, spec, result) for operand, spec in said):
        told = {operand.index for operand, _ in said}
        return [*said, *((o, [()] * result.ndim) for o in operands if o.index not in told)], True
    spread = any(size > 1 for operand in operands for dim in operand.dims for axis, size in dim if axis is not None)
    return [(operand, _everything(operand, result)) for operand in operands], not spread


def _everything(operand: Operand, result: Result) -> Spec:
    if operand.ndim != result.ndim:
        return [()] * result.ndim
    return [((dim, Whole(operand.shape[dim], result.shape[dim])),) for dim in range(operand.ndim)]


def _fits(operand: Operand, spec: Spec, result: Result) -> bool:
    """Whether what a rule told has the shapes that came; a rule that misread a call is not believed."""
    if isinstance(spec, Regroup):
        return torch.Size(operand.shape).numel() == torch.Size(result.shape).numel()
    if len(spec) != result.ndim:
        return False
    read = all(map.inputs == operand.shape[dim] for follows in spec for dim, map in follows)
    made = all(
        not follows or prod(map.outputs for _, map in follows) == size
        for size, follows in zip(result.shape, spec, strict=True)
    )
    return read and made


@contextmanager
def _hooked(model: nn.Module, recorder: _Recorder) -> Iterator[None]:
    """Tell the recorder of every module that is called."""
    hooks = []
    for path, module in model.named_modules():

        def enter(module: nn.Module, args: Any, path: str = path) -> None:  # noqa: ANN401
            with recorder.apart():
                recorder.enter(path, module, args)

        def leave(module: nn.Module, args: Any, kwargs: Any, output: Any) -> None:  # noqa: ANN401, ARG001
            with recorder.apart():
                recorder.leave(args, kwargs, output)

        hooks.append(module.register_forward_pre_hook(enter))
        hooks.append(module.register_forward_hook(leave, with_kwargs=True, always_call=True))
    try:
        yield
    finally:
        for hook in hooks:
            hook.remove()
