"""All that a killed training needs to go on bit for bit, in one file."""

import io
from dataclasses import dataclass, field, fields
from hashlib import sha256
from pathlib import Path
from pickle import UnpicklingError
from typing import Any

import torch
from torch import Tensor

from striate.train.files import write_atomically
from striate.train.history import Row

FORMAT = "striate-state-2"
_DIGEST = 32  # bytes of a sha256


@dataclass
class Tally:
    """The sums of an epoch under way.

    Args:
        loss: Sum over samples.
        merit: Sum over samples of the figure of merit, such as 1 for each image classified correctly.
        samples: Seen so far.
        seconds: Spent so far.
    """

    loss: float = 0.0
    merit: float = 0.0
    samples: int = 0
    seconds: float = 0.0


@dataclass
class State:
    """A training between two batches.

    The order of the images, their augmentation and dropout depend only on the seed and the position, so no generator's
    state is kept.

    Args:
        name: The model's.
        model: Its `state_dict`.
        optimizer: The optimiser's `state_dict`.
        average: That of the averaged copy of the model; empty where none is kept.
        epoch: The one under way, from 0.
        step: The next batch of that epoch, from 0.
        tally: Of that epoch.
        rows: The history of the epochs before it.
    """

    name: str
    model: dict[str, Tensor]
    optimizer: dict[str, Any]
    average: dict[str, Tensor] = field(default_factory=dict)
    epoch: int = 0
    step: int = 0
    tally: Tally = field(default_factory=Tally)
    rows: list[Row] = field(default_factory=list)

    def save(self, path: Path) -> None:
        """Write the state atomically, as a file that `torch.load(path, weights_only=True)` reads."""
        content = {item.name: getattr(self, item.name) for item in fields(self)}
        buffer = io.BytesIO()
        torch.save({**content, "tally": vars(self.tally), "format": FORMAT}, buffer)
        # torch.load checks no checksum, and zip's own do not cover its directory: a flipped bit there empties a tensor
        write_atomically(path, buffer.getvalue() + sha256(buffer.getvalue()).digest())

    @classmethod
    def load(cls, path: Path) -> "State":
        """Read what `save` wrote; an error names the file where it is missing, damaged or foreign."""
        if not path.is_file():
            raise FileNotFoundError(f"{path} is missing: without it the run cannot go on; start a new one")
        content = _load_verified(path)
        if content.pop("format", None) != FORMAT:
            raise ValueError(f"{path} is not the state of a striate run (of this version)")
        return cls(**{**content, "tally": Tally(**content["tally"])})


def _load_verified(path: Path) -> dict[str, Any]:
    """Load a dictionary from a file that ends in its own checksum, without unpickling code."""
    file = path.read_bytes()
    content, digest = file[:-_DIGEST], file[-_DIGEST:]
    if sha256(content).digest() != digest:
        raise ValueError(f"{path} is cut short, damaged or no state of a run: it does not end in its checksum")
    try:
        loaded = torch.load(io.BytesIO(content), weights_only=True, map_location="cpu")
    except UnpicklingError as error:
        raise ValueError(f"{path} holds what a state never does, and was not loaded: {error}") from error
    return loaded if isinstance(loaded, dict) else {}
