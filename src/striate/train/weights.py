"""A model's weights as a safetensors file, with a checksum of their values."""

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path

import torch
from torch import Tensor, nn

from striate.train.files import write_atomically

_KEY = "striate"  # of our entry in the file's metadata
_ENCODER = "encoder."  # begins the names of its weights


def save_weights(path: Path, model: nn.Module, name: str, described: Mapping[str, str] | None = None) -> None:
    """Write a model's `state_dict` atomically; any safetensors reader can load it.

    Args:
        path: The file.
        model: Whose parameters and buffers are kept.
        name: The model's, for the message when the file is loaded into another.
        described: What else the file says of the model; `read_metadata` returns it.
    """
    from safetensors.torch import save  # noqa: PLC0415  10 ms that only a run folder needs

    # safetensors takes only dense, contiguous tensors that share no memory; tied weights come out as copies
    tensors = {
        key: value.detach().cpu().clone(memory_format=torch.contiguous_format)
        for key, value in model.state_dict().items()
    }
    # one entry, since safetensors writes several in any order, and the same weights are to give the same file
    metadata = {_KEY: json.dumps({"model": name, "sha256": digest(tensors), **(described or {})}, ensure_ascii=False)}
    write_atomically(path, save(tensors, metadata))


def load_weights(path: Path, model: nn.Module, name: str) -> None:
    """Load a file's weights into a model; nothing in the file is ever run.

    Args:
        path: A safetensors file.
        model: Takes the weights; unchanged where an error is raised.
        name: The model's.

    Raises:
        FileNotFoundError: There is no such file.
        ValueError: The file is cut short, damaged, no safetensors file, or holds another model's weights.
    """
    tensors, metadata = _read(path)
    theirs = metadata["model"]
    check_weights(path, tensors, theirs, model, name)
    model.load_state_dict(tensors)


def load_encoder(path: Path, model: nn.Module, name: str) -> None:
    """Load a file's encoder into a model's, whatever else both have; nothing in the file is ever run.

    Args:
        path: A safetensors file of a model whose weights begin with "encoder.", as a pretrained one's do.
        model: Whose `encoder` takes them; unchanged where an error is raised.
        name: The model's.

    Raises:
        FileNotFoundError: There is no such file.
        ValueError: The file is damaged; it or the model has no encoder, or theirs differ.
    """
    tensors, metadata = _read(path)
    theirs = metadata["model"]
    encoder = getattr(model, "encoder", None)
    if not isinstance(encoder, nn.Module):
        raise ValueError(f"{name!r} has no encoder that could begin with the weights of {theirs!r} in {path}")
    part = {key.removeprefix(_ENCODER): value for key, value in tensors.items() if key.startswith(_ENCODER)}
    if not part:
        raise ValueError(f"{path} holds the weights of {theirs!r}, which has no encoder; {name!r} cannot begin with it")
    check_weights(path, part, theirs, encoder, f"{name}'s encoder")
    encoder.load_state_dict(part)


def check_weights(path: Path, tensors: Mapping[str, Tensor], theirs: str, model: nn.Module, name: str) -> None:
    """Raise a ValueError that names a file and both models, where the file's weights do not fit a model.

    Args:
        path: The file that the weights were read from.
        tensors: The file's weights.
        theirs: The name of the model in the file.
        model: The one that is to take them.
        name: Its name.
    """
    found = {key: tuple(value.shape) for key, value in tensors.items()}
    expected = {key: tuple(value.shape) for key, value in model.state_dict().items()}
    differing = sorted(key for key in found.keys() | expected.keys() if found.get(key) != expected.get(key))
    if differing:
        key = differing[0]
        raise ValueError(
            f"{path} holds the weights of another model, {theirs!r}, which do not fit {name!r}: "
            f"{key} has shape {found.get(key, 'none')}, expected {expected.get(key, 'none')}"
            + (f" (and {len(differing) - 1} more differ)" if len(differing) > 1 else "")
        )


def read_metadata(path: Path) -> dict[str, str]:
    """Return what a safetensors file says of its model; the errors are those of `load_weights`."""
    return _read(path)[1]


def _read(path: Path) -> tuple[dict[str, Tensor], dict[str, str]]:
    """Return a file's weights, and what it says of their model: its name, and what else it was saved with."""
    from safetensors import SafetensorError, safe_open  # noqa: PLC0415

    if not path.is_file():
        raise FileNotFoundError(f"{path} is missing: the folder holds no weights")
    try:
        with safe_open(path, framework="pt") as file:
            metadata = {"model": "unnamed", **json.loads((file.metadata() or {}).get(_KEY, "{}"))}
            tensors = {key: file.get_tensor(key) for key in file.keys()}  # noqa: SIM118  not a mapping
    except (SafetensorError, ValueError) as error:
        raise ValueError(f"{path} is cut short, damaged or no safetensors file: {error}") from error
    if metadata.pop("sha256", None) not in {None, digest(tensors)}:
        raise ValueError(f"{path} is damaged: its weights do not have the checksum they were saved with")
    return tensors, metadata


def digest(tensors: Mapping[str, Tensor]) -> str:
    """Return the sha256 of names and values, in the order of the names."""
    digest = hashlib.sha256()
    for key in sorted(tensors):
        digest.update(key.encode())
        digest.update(tensors[key].reshape(-1).view(torch.uint8).numpy().data)
    return digest.hexdigest()
