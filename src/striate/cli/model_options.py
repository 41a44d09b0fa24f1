"""The options of a model as they are typed: NAME=VALUE."""

from collections.abc import Sequence
from typing import Any

_WORDS = {"true": True, "false": False}


def options_of(words: Sequence[str] | None) -> dict[str, Any] | None:
    """Return keywords of `striate.models.create`: a number, true or false where a value is one, and text elsewhere.

    >>> options_of(["up=transposed", "width=0.5", "learned=false", "layers=3"])
    {'up': 'transposed', 'width': 0.5, 'learned': False, 'layers': 3}
    """
    if not words:
        return None
    options: dict[str, Any] = {}
    for word in words:
        name, equals, value = word.partition("=")
        if not (name and equals and value):
            raise ValueError(f"--set must be NAME=VALUE, such as up=transposed, but got {word!r}")
        options[name] = _value(value)
    return options


def _value(text: str) -> Any:  # noqa: ANN401  what it is depends on the option
    if text.lower() in _WORDS:
        return _WORDS[text.lower()]
    for kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            continue
    return text
