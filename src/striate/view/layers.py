"""A model's layers as a picture asks for them: found by name, and listened to while the model runs as it is."""

import math
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import NamedTuple

import torch
from torch import Tensor, nn

from striate.models.normalize import Rescale

LISTED = 40  # so many layers are named in a message

# Modules that only scale, frame, reshape or thin out what they are given
UNCHANGING = (
    Rescale,
    nn.modules.padding._ConstantPadNd,
    nn.Identity,
    nn.Flatten,
    nn.Dropout,
    nn.Dropout1d,
    nn.Dropout2d,
    nn.Dropout3d,
)


class Call(NamedTuple):
    """One call of a layer.

    Args:
        name: its path; that of a layer that is called again is another one for pictures: `"relu:2"`, `"relu:3"`.
        module: the layer.
        inputs: what it was given.
        output: what it returned.
    """

    name: str
    module: nn.Module
    inputs: tuple[Tensor, ...]
    output: Tensor


Note = Callable[[Call], Tensor | None]


@contextmanager
def evaluating(model: nn.Module) -> Iterator[None]:
    """Put a model into evaluation mode while the context lasts; each module gets its own mode back."""
    modes = [(module, module.training) for module in model.modules()]
    model.eval()
    try:
        yield
    finally:
        for module, mode in modes:
            module.training = mode


@contextmanager
def recording() -> Iterator[None]:
    """Let autograd record, also where the caller is inside `torch.no_grad` or `torch.inference_mode`."""
    with torch.inference_mode(False), torch.enable_grad():
        yield


@contextmanager
def listening(model: nn.Module, note: Note, *, leaves: bool = False) -> Iterator[None]:
    """Have `note` told of every call of a layer that returns a tensor, in the order they finish, while it lasts.

    Args:
        model: itself it is no layer, unless it has none inside.
        note: what it returns replaces the output, if it is not None.
        leaves: only layers that have none inside.
    """
    calls: dict[str, int] = {}

    def hook_of(name: str) -> Callable[[nn.Module, tuple[Tensor, ...], object], Tensor | None]:
        def hook(module: nn.Module, inputs: tuple[Tensor, ...], output: object) -> Tensor | None:
            calls[name] = calls.get(name, 0) + 1
            if not isinstance(output, Tensor):
                return None
            return note(Call(name if calls[name] == 1 else f"{name}:{calls[name]}", module, inputs, output))

        return hook

    with ExitStack() as hooks:
        for name, module in named_layers(model):
            if not leaves or next(module.children(), None) is None:
                handle = module.register_forward_hook(hook_of(name))
                hooks.callback(handle.remove)
        yield


def named_layers(model: nn.Module) -> list[tuple[str, nn.Module]]:
    """Return the modules inside a model with their paths; of a single layer, itself by its class's name."""
    return [(name, module) for name, module in model.named_modules() if name] or [(type(model).__name__, model)]


def layer_name(model: nn.Module, layer: str | nn.Module) -> str:
    """Return the name of a layer.

    Args:
        model: that it is in.
        layer: its path, with `:2` for its second call, or the module itself.

    Raises:
        ValueError: a layer that the model does not have; the message lists those that it has.

    >>> layer_name(nn.Sequential(nn.Conv2d(1, 2, 3), nn.ReLU()), "1")
    '1'
    """
    layers = named_layers(model)
    if isinstance(layer, nn.Module):
        for name, module in layers:
            if module is layer:
                return name
        asked = f"the {type(layer).__name__} given is not in the model"
    else:
        path, _, call = layer.partition(":")
        if path in dict(layers) and (not call or call.isdecimal()):
            return layer
        asked = f"the model has no layer {layer!r}"
    names = [name for name, _ in layers]
    more = f" and {len(names) - LISTED} more" if len(names) > LISTED else ""
    raise ValueError(f"layer: {asked}; it has {', '.join(names[:LISTED])}{more}")


def spatial_rank(model: nn.Module) -> int:
    """Return how many spatial axes a model's input has: those of its first windowed layer, or 2 where it has none."""
    for module in model.modules():
        weight = getattr(module, "weight", None)
        if hasattr(module, "kernel_size") and isinstance(weight, Tensor) and weight.ndim > 2:
            return weight.ndim - 2
    return 2


def as_batch(model: nn.Module, image: Tensor) -> Tensor:
    """Return one image as the model takes it: (1, C, *S), on its device and of its dtype, a uint8 one divided by 255.

    Args:
        model: its first windowed layer tells how many spatial axes S an image has.
        image: (C, *S) or (1, C, *S), uint8 or float in [0, 1].

    Raises:
        ValueError: another shape.

    >>> as_batch(nn.Conv1d(2, 3, 5), torch.zeros(2, 9)).shape
    torch.Size([1, 2, 9])
    """
    rank = spatial_rank(model)
    batch = image[None] if image.ndim == rank + 1 else image
    if batch.ndim != rank + 2 or len(batch) != 1:
        axes = {1: "L", 2: "H, W", 3: "D, H, W"}.get(rank, f"and {rank} spatial axes")
        raise ValueError(f"image has shape {tuple(image.shape)}; expected one image, (C, {axes})")
    return as_input(model, batch)


def as_input(model: nn.Module, images: Tensor) -> Tensor:
    """Return a copy of images (N, C, *S) on the model's device and of its dtype, uint8 divided by 255."""
    like = next((parameter for parameter in model.parameters() if parameter.is_floating_point()), None)
    pixels = images.detach().float() / 255 if images.dtype == torch.uint8 else images.detach().clone()
    return pixels if like is None else pixels.to(like.device, like.dtype)


def outputs(model: nn.Module, pixels: Tensor, layer: str | nn.Module | None = None) -> tuple[str, Tensor, Tensor]:
    """Run a model and return a layer's name, what the layer returned, and what the model did.

    Args:
        model: in the mode it is to run in.
        pixels: (N, C, *S), as the model takes them.
        layer: a name or a module. None: the last that has maps of more than one place.

    The layer's output is that before a later layer works on it in place, and is part of what autograd records.

    Raises:
        ValueError: a layer that does not exist, was not called, or is missing where None is given.
    """
    wanted = None if layer is None else layer_name(model, layer)
    found: dict[str, Tensor] = {}

    def note(call: Call) -> Tensor | None:
        if call.name != wanted if wanted else not has_places(call.output, pixels.ndim):
            return None
        found.clear()
        found[call.name] = call.output
        return call.output.clone()

    with listening(model, note):
        result = model(pixels)
    if not found:
        raise ValueError(
            f"layer: {wanted!r} returned no tensor when the model ran"
            if wanted
            else f"layer: no layer of {type(model).__name__} has feature maps of more than one place; name one"
        )
    ((name, output),) = found.items()
    return name, output, result


def has_places(output: Tensor, ndim: int) -> bool:
    """Whether an output (N, C, *T) has as many axes as the input, and more than one place."""
    return output.ndim == ndim and math.prod(output.shape[2:]) > 1
