"""Labelled sounds: WAV files with label tracks beside them, or in a folder a class, cut into pieces of one length."""

from os import PathLike
from pathlib import Path

import torch
from torch import Tensor

from striate.arithmetic.arguments import integer

from .class_folders import Kind, find_splits, labels_of
from .label_track import NOTHING, label_samples, read_label_track
from .labelled import Labelled, LabelledData
from .speech import speech
from .splitting import natural
from .wav import read_wav

SOUNDS = Kind("sound", (".wav",), otherwise=" (or sounds with a label track, NAME.txt beside NAME.wav)")
_LENGTH = 4000
_TRACKS = (".txt", ".tsv")

Signal = tuple[Tensor, Tensor]  # (channels, time), and the class of each sample, (time,)


def load_sounds(
    source: str | PathLike[str] = "speech", *, length: int = _LENGTH, channels: int = 1, seed: int = 0
) -> LabelledData:
    """Load signals whose every sample has a class: those of `speech`, or WAV files.

    A folder of NAME.wav files with label tracks NAME.txt or NAME.tsv beside them has the tracks' labels as its classes,
    after "nothing" for samples without a label; the last fifth of each recording is held out. In any other folder each
    class has a folder of WAV files, all of whose samples are of that class; train/ and test/ folders are respected, and
    without them a fifth of each class is held out.

    Signals are cut into pieces of one length; a last piece overlaps the one before, so that nothing is padded.

    Args:
        source: "speech", or a folder.
        length: samples of a piece; where the shortest signal is shorter, its length.
        channels: 1 for the mean of a file's channels, or as many as all files have.
        seed: which files of a class are held out.

    Raises:
        FileNotFoundError: no such folder, nothing in it, or a track is missing.
        ValueError: files of different rates, or of other channels; a damaged file; fewer than two classes.

    >>> load_sounds().keywords
    {'classes': 8, 'in_channels': 1}
    """
    if source == "speech":
        return speech()
    path = Path(source)
    if not path.is_dir():
        raise FileNotFoundError(f"source: no folder {str(path)!r}, and no sounds of that name; known: 'speech'")
    loose = sorted(file for file in path.iterdir() if file.suffix.lower() == ".wav")
    classes, train, test = _read_tracks(loose, channels) if loose else _read_classes(path, channels, seed)
    length = min(integer(length, "length", 1), *(signal.shape[1] for signal, _ in (*train, *test)))
    return LabelledData(path.resolve().name, _pieces(train, length), _pieces(test, length), classes, unit="signals")


def _read_tracks(files: list[Path], channels: int) -> tuple[tuple[str, ...], list[Signal], list[Signal]]:
    tracks = [read_label_track(_track_of(file)) for file in files]
    named = {span.label for track in tracks for span in track}
    classes = (NOTHING, *sorted(named - {NOTHING}, key=natural))
    if len(classes) < 2:
        raise ValueError(f"{files[0].parent}: the label tracks name no class; label what is to be told apart")
    train, test = [], []
    signals, rate = _read_files(files, channels)
    for signal, track in zip(signals, tracks, strict=True):
        labels = label_samples(track, classes, signal.shape[1], rate)
        split = signal.shape[1] - max(1, signal.shape[1] // 5)
        train.append((signal[:, :split], labels[:split]))
        test.append((signal[:, split:], labels[split:]))
    return classes, train, test


def _read_classes(path: Path, channels: int, seed: int) -> tuple[tuple[str, ...], list[Signal], list[Signal]]:
    splits = find_splits(path, SOUNDS, seed)
    signals, _ = _read_files([file for part in splits for files in part.values() for file in files], channels)
    labels = [label for part in splits for label in labels_of(part)]
    labelled = [(signal, label.expand(signal.shape[1])) for signal, label in zip(signals, labels, strict=True)]
    split = sum(map(len, splits[0].values()))
    return tuple(splits[0]), labelled[:split], labelled[split:]


def _track_of(file: Path) -> Path:
    for suffix in _TRACKS:
        if (track := file.with_suffix(suffix)).is_file():
            return track
    raise FileNotFoundError(
        f"{file}: no label track {file.stem}.txt beside it; label the sound, in Audacity for one, and export the "
        "labels there, or put the sounds of each class in a folder of its own"
    )


def _read_files(files: list[Path], channels: int) -> tuple[list[Tensor], int]:
    """The signals of files, of one rate, and that rate."""
    signals, first = [], 0
    for file in files:
        signal, rate = read_wav(file)
        first = first or rate
        if rate != first:
            raise ValueError(f"{file}: {rate} samples a second, but {files[0].name} has {first}; bring all to one rate")
        if channels == 1:
            signal = signal.mean(0, keepdim=True)
        if len(signal) != channels:
            raise ValueError(f"{file}: {len(signal)} channels, but channels was given as {channels}")
        signals.append(signal)
    return signals, first


def _pieces(signals: list[Signal], length: int) -> Labelled:
    """Cut signals, one end to end; a last piece overlaps the one before."""
    inputs, labels = [], []
    for signal, label in signals:
        last = signal.shape[1] - length
        for start in (*range(0, last, length), last):
            inputs.append(signal[:, start : start + length])
            labels.append(label[start : start + length])
    return Labelled(torch.stack(inputs), torch.stack(labels))
