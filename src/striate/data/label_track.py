"""Tracks of labels: what is heard from when to when, as Audacity exports it."""

from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor

NOTHING = "nothing"  # the class of samples that no label covers


@dataclass(frozen=True)
class Span:
    """A label from `start` to `end`, in seconds."""

    start: float
    end: float
    label: str


def read_label_track(path: Path) -> list[Span]:
    r"""Read a text file whose lines are a start and an end in seconds and a label, with tabs between.

    Empty lines are skipped, and those that begin with a backslash, in which Audacity keeps the frequencies of labels.

    Args:
        path: of the file, in UTF-8.

    Raises:
        ValueError: a line of other than three fields, a time that is none or lies before the start; the line is named.

    >>> import tempfile
    >>> with tempfile.NamedTemporaryFile("w", suffix=".txt") as file:
    ...     _ = file.write("0.5\t0.75\tbark\n"), file.flush()
    ...     read_label_track(Path(file.name))
    [Span(start=0.5, end=0.75, label='bark')]
    """
    spans = []
    for number, line in enumerate(path.read_text(encoding="utf-8-sig").splitlines(), 1):
        if not line.strip() or line.startswith("\\"):
            continue
        fields = line.split("\t")
        try:
            start, end, label = float(fields[0]), float(fields[1]), fields[2].strip()
        except (ValueError, IndexError) as error:
            raise ValueError(
                f"{path}, line {number}: {line!r}, expected start, end and label with tabs between, times in seconds"
            ) from error
        if not 0 <= start <= end:
            raise ValueError(f"{path}, line {number}: from {start:g} to {end:g} s, expected 0 <= start <= end")
        spans.append(Span(start, end, label))
    return spans


def label_samples(spans: list[Span], classes: tuple[str, ...], samples: int, rate: int) -> Tensor:
    """Return the class of each sample, int64 (samples,); of labels that overlap the later one counts.

    Args:
        spans: of the signal.
        classes: all labels, after `NOTHING`, which is the class of a sample without one.
        samples: of the signal.
        rate: samples a second.

    >>> label_samples([Span(0.25, 0.5, "bark")], ("nothing", "bark"), 8, rate=8)
    tensor([0, 0, 1, 1, 0, 0, 0, 0])
    """
    labels = torch.zeros(samples, dtype=torch.int64)
    for span in spans:
        labels[round(span.start * rate) : round(span.end * rate)] = classes.index(span.label)
    return labels
