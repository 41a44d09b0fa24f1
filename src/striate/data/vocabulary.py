"""The words or characters that a network knows, and their numbers."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

import torch
from torch import Tensor

from striate.arithmetic.arguments import choice, integer

LEVELS = ("words", "characters")
PADDING, UNKNOWN = 0, 1  # the numbers of no word, and of one that is not known
_SPECIAL = ("", "…")  # what they stand for

_WORDS = re.compile(r"\w+(?:['\u2019]\w+)*|[^\w\s]")


@dataclass(frozen=True)
class Vocabulary:
    """Words, or characters, and their numbers: 0 is padding, 1 is whatever is not known.

    Args:
        words: in the order of their numbers, each once; the first two are "" and "…".
        level: "words", which are in lower case and include single punctuation marks, or "characters".

    Raises:
        ValueError: an unknown level, other first words, no word after them, or one that comes twice.

    >>> vocabulary = Vocabulary.of(["Not bad.", "Bad, bad, bad!"])
    >>> vocabulary.words, vocabulary.encode(["Not good, bad."], 6).tolist()
    (('', '…', 'bad', ',', '!', '.', 'not'), [[6, 1, 3, 2, 5, 0]])
    """

    words: tuple[str, ...]
    level: str = "words"

    def __post_init__(self) -> None:
        choice(self.level, LEVELS, "level")
        if self.words[:2] != _SPECIAL:
            raise ValueError(f"words of a vocabulary must begin with {_SPECIAL}, but begin with {self.words[:2]}")
        if len(self.words) == len(_SPECIAL):
            raise ValueError("words of a vocabulary must be at least one, but there is none: are the texts empty?")
        if len(self.numbers) < len(self.words):
            twice, times = Counter(self.words).most_common(1)[0]
            raise ValueError(f"words of a vocabulary must differ, but {twice!r} comes {times} times")

    @classmethod
    def of(cls, texts: Iterable[str], level: str = "words", *, most: int = 20000) -> "Vocabulary":
        """Collect the words of texts, the most frequent first.

        Args:
            texts: to learn from; those of the test are none of its business.
            level: "words" or "characters".
            most: words kept.

        Raises:
            ValueError: texts without any word.
        """
        choice(level, LEVELS, "level")
        counts = Counter(piece for text in texts for piece in pieces(text, level))
        for special in _SPECIAL:
            counts.pop(special, None)
        ordered = sorted(counts, key=lambda piece: (-counts[piece], piece))
        return cls((*_SPECIAL, *ordered[: integer(most, "most", 1)]), level)

    @cached_property
    def numbers(self) -> dict[str, int]:
        """The number of each word."""
        return {word: number for number, word in enumerate(self.words)}

    def encode(self, texts: Sequence[str], length: int) -> Tensor:
        """Return the numbers of texts, int64 (N, length); shorter ones are padded with 0, longer ones cut."""
        rows = torch.full((len(texts), integer(length, "length", 1)), PADDING)
        for row, text in zip(rows, texts, strict=True):
            found = [self.numbers.get(piece, UNKNOWN) for piece in pieces(text, self.level)[:length]]
            row[: len(found)] = torch.tensor(found, dtype=torch.int64)
        return rows

    def decode(self, numbers: Tensor) -> str:
        """Return the text of numbers, (length,).

        >>> vocabulary = Vocabulary.of(["not bad"])
        >>> vocabulary.decode(vocabulary.encode(["not really bad"], 9)[0])
        'not … bad'
        """
        found = (self.words[number] for number in numbers.tolist() if number != PADDING)
        return (" " if self.level == "words" else "").join(found)


def bags(texts: Tensor, vocabulary: int) -> Tensor:
    """Return how often each word is in each text, wherever: (N, length) of numbers to float32 (N, vocabulary).

    >>> bags(torch.tensor([[3, 2, 3, 0]]), 4)
    tensor([[0., 0., 1., 2.]])
    """
    found = torch.zeros(len(texts), vocabulary)
    return found.scatter_add_(1, texts, (texts != PADDING).float())


def pieces(text: str, level: str) -> list[str]:
    """Cut a text into words in lower case and punctuation marks, or into characters.

    >>> pieces("It isn't dull!", "words")
    ['it', "isn't", 'dull', '!']
    """
    return _WORDS.findall(text.lower()) if level == "words" else list(text)
