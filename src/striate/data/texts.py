"""Labelled texts: a folder of class folders of .txt files, a table of labels and texts, or the reviews of a grammar."""

import csv
from dataclasses import dataclass, field
from os import PathLike
from pathlib import Path

from .class_folders import Kind, find_splits, hold_out, labels_of
from .labelled import Labelled, LabelledData
from .reviews import SENTIMENTS, write_reviews
from .splitting import natural
from .vocabulary import Vocabulary, pieces

TEXTS = Kind("text", (".txt",), otherwise=" (or a .tsv or .csv file of labels and texts)")
_DELIMITERS = {".tsv": "\t", ".csv": ","}
_HEADER = ("label", "text")
_LONGEST = 400  # pieces of a text; of films' reviews, nine in ten are shorter

_TRAINING_REVIEWS, _TEST_REVIEWS = 6000, 2000

Texts = dict[str, list[str]]  # of each class


@dataclass(frozen=True, eq=False)
class TextData(LabelledData):
    """Labelled texts as the numbers of their words.

    Args:
        level: of the vocabulary.
    """

    level: str = field(default="words", kw_only=True)

    @property
    def vocabulary(self) -> Vocabulary:
        """What encodes further texts alike."""
        return Vocabulary(self.words, self.level)


def load_texts(
    source: str | PathLike[str] = "reviews", *, level: str = "words", length: int | None = None, seed: int = 0
) -> TextData:
    """Load labelled texts: those of `write_reviews`, a folder, or a table.

    In a folder each class has a folder of its own with .txt files; train/ and test/ folders are respected. A table is
    a .tsv or .csv file whose rows are a label and a text; a first row "label, text" is skipped. A fifth of each class
    is held out where nothing says what is.

    Args:
        source: "reviews", a folder, or a file of labels and texts, all in UTF-8.
        level: "words" or "characters".
        length: to which texts are cut or padded; that of the longest training text, 400 at most, unless given.
        seed: which texts are held out.

    Raises:
        FileNotFoundError: nothing there, no class folder, or one without texts.
        ValueError: another kind of file, one that is not UTF-8, a row of other than two fields, fewer than two classes
            or too few texts in one, an unknown level.

    >>> data = load_texts()
    >>> data.train.inputs.shape, data.classes, len(data.words)
    (torch.Size([6000, 25]), ('blame', 'praise'), 103)
    """
    path = Path(source)
    if source == "reviews":
        name, (train, test) = "reviews", _reviews()
    elif path.is_dir():
        name, (train, test) = path.resolve().name, _read_folder(path, seed)
    elif path.is_file():
        name, (train, test) = path.stem, _read_table(path, seed)
    else:
        raise FileNotFoundError(f"source: no file or folder {str(path)!r}, and no texts of that name; known: 'reviews'")
    learnt = [text for texts in train.values() for text in texts]
    vocabulary = Vocabulary.of(learnt, level)
    if length is None:
        length = min(_LONGEST, max(len(pieces(text, level)) for text in learnt))
    learn, judge = (
        Labelled(vocabulary.encode([text for texts in part.values() for text in texts], length), labels_of(part))
        for part in (train, test)
    )
    return TextData(name, learn, judge, tuple(train), words=vocabulary.words, unit="texts", level=level)


def _reviews() -> tuple[Texts, Texts]:
    sentences, sentiments = write_reviews(_TRAINING_REVIEWS + _TEST_REVIEWS)
    parts: tuple[Texts, Texts] = ({word: [] for word in SENTIMENTS}, {word: [] for word in SENTIMENTS})
    for number, (sentence, sentiment) in enumerate(zip(sentences, sentiments, strict=True)):
        parts[number >= _TRAINING_REVIEWS][SENTIMENTS[sentiment]].append(sentence)
    return parts


def _read_folder(path: Path, seed: int) -> tuple[Texts, Texts]:
    train, test = (
        {name: [_read(file) for file in files] for name, files in classes.items()}
        for classes in find_splits(path, TEXTS, seed)
    )
    return train, test


def _read_table(path: Path, seed: int) -> tuple[Texts, Texts]:
    delimiter = _DELIMITERS.get(path.suffix.lower())
    if delimiter is None:
        raise ValueError(
            f"source: {str(path)!r} is neither a folder nor a table, expected a file ending in .tsv or .csv with a "
            "label and a text in each row"
        )
    classes: Texts = {}
    for number, row in enumerate(csv.reader(_read(path).splitlines(keepends=True), delimiter=delimiter), 1):
        if not row or (number == 1 and tuple(field.strip().lower() for field in row) == _HEADER):
            continue
        if len(row) != 2:
            raise ValueError(
                f"{path}, row {number}: {len(row)} fields, expected a label and a text; quote a text that holds a "
                f"{'tab' if delimiter == chr(9) else 'comma'}"
            )
        classes.setdefault(row[0].strip(), []).append(row[1])
    if len(classes) < 2:
        raise ValueError(f"{path}: {len(classes)} different labels, at least 2 are needed")
    return hold_out({name: classes[name] for name in sorted(classes, key=natural)}, "text", str(path), seed)


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise ValueError(f"{path}: byte {error.start} is not UTF-8 text; save the file as UTF-8") from error
