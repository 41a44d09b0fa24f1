"""What an exported file says of its model: texts by their names, so that it can be asked without the run."""

import json
from collections.abc import Mapping
from dataclasses import asdict
from os import PathLike
from typing import Any

from striate import __version__
from striate.train.config import DataConfig, LessonConfig, read_data

_MEANT = {
    "input": "float32 (N, channels, height, width)",
    "normalisation": "pixels from 0 to 1, light is 1; the model does the rest",
    "output": "scores (N, classes), whose softmax is the probability",
}


def metadata_of(
    model: str, data: DataConfig | LessonConfig | None, options: Mapping[str, Any] | None = None
) -> dict[str, str]:
    """Return what a file says of a model and of what it was trained on, each value as JSON but for plain texts.

    Args:
        model: Its registered name, or its class.
        data: What it was trained on, where that is known.
        options: Keywords of `striate.models.create` that it was built with besides those that the data decide.

    >>> metadata_of("lenet5", None)["model"]
    'lenet5'
    """
    described = {} if data is None else asdict(data)
    described.pop("source", None)  # a path of the machine it was trained on
    values = {name: json.dumps(value, ensure_ascii=False) for name, value in described.items()}
    meant = _MEANT if isinstance(data, DataConfig) else {}
    return {"striate": __version__, "model": model, "options": json.dumps(dict(options or {})), **values, **meant}


def data_of(metadata: Mapping[str, str], path: str | PathLike[str]) -> DataConfig | LessonConfig:
    """Return what the model in a file was trained on.

    Args:
        metadata: What the file says.
        path: It, for messages.

    Raises:
        ValueError: It does not say it: another program's file, or the export of a module without `data`.
    """
    plain = {"striate", "model", "options", *_MEANT}
    try:
        values = {name: json.loads(text) for name, text in metadata.items() if name not in plain}
        return read_data({**values, "source": None})
    except (KeyError, TypeError, ValueError) as error:
        raise ValueError(
            f"{path} does not say what its model was trained on: expected the classes, channels and image_size that "
            "`striate export RUN`, or striate.export with data, writes there"
        ) from error
