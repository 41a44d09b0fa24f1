"""Sentences of praise and blame by a grammar in which no word tells by itself: what is negated or contrasted counts."""

from collections.abc import Iterator, Sequence

import torch

from striate.arithmetic.arguments import integer

from .sampling import stream

SENTIMENTS = ("blame", "praise")

# ruff: noqa: SIM905  lists of words are read as text
GOOD = """
good great fine bright moving clever funny warm fresh sharp subtle tender gripping charming honest lively graceful
original elegant convincing superb witty thrilling memorable
""".split()
BAD = """
bad poor weak dull dreary clumsy tedious cold stale blunt shallow crude boring ugly false lifeless awkward predictable
messy hollow dreadful silly tiresome forgettable
""".split()
_ASPECTS = "film plot cast script music ending pace camera dialogue acting editing opening".split()
_VERBS = ("is", "was", "seemed", "felt")
_NEGATIONS = ("not", "never", "hardly")
_DEGREES = ("", "", "very", "really", "quite")
_OPENINGS = ("", "", "", "in the end ,", "to be fair ,", "all things considered ,", "for what it is worth ,")
_CLOSINGS = ("", "", "", "this time", "once again", "from start to finish", "if you ask me")
_CONTRASTS = ("{other} , but {main}", "although {other} , {main}", "{main} even though {other}")

_NEGATED = 1 / 3
_CONTRASTED = 0.6
_ADDED = 0.2
_DICE = 24  # numbers that suffice for one sentence


def write_reviews(number: int, *, seed: int = 0) -> tuple[list[str], list[int]]:
    """Write sentences, each once, and say of each whether it blames (0) or praises (1).

    A clause says a good or a bad word of something, one in three of them negated, which turns it over. Of two clauses
    that contrast, the main one counts: the one after "but", or the one without "although" or "even though". So almost
    every word is as frequent in praise as in blame, and what counts is its neighbours: "dull , but", "not dull".

    Args:
        number: of sentences.
        seed: of everything drawn.

    Returns:
        The sentences, words separated by spaces, and their sentiments, indices into `SENTIMENTS`.

    Raises:
        ValueError: fewer than one sentence.

    >>> sentences, sentiments = write_reviews(3)
    >>> SENTIMENTS[sentiments[0]], sentences[0]
    ('praise', 'in the end , the acting felt very sharp even though the plot was never very tender .')
    """
    sentences: dict[str, int] = {}
    generator = stream(integer(seed, "seed"))
    while len(sentences) < integer(number, "number", 1):
        dice = iter(torch.rand(_DICE, generator=generator).tolist())
        praise = next(dice) < 0.5
        sentences.setdefault(_sentence(praise, dice), int(praise))
    return list(sentences), list(sentences.values())


def _sentence(praise: bool, dice: Iterator[float]) -> str:
    kind = next(dice)
    main = _clause(praise, dice)
    if kind < _CONTRASTED:
        told = _pick(_CONTRASTS, dice).format(main=main, other=_clause(not praise, dice))
    elif kind < _CONTRASTED + _ADDED:
        told = f"{main} and {_clause(praise, dice)}"
    else:
        told = main
    return " ".join(f"{_pick(_OPENINGS, dice)} {told} {_pick(_CLOSINGS, dice)} .".split())


def _clause(praise: bool, dice: Iterator[float]) -> str:
    negated = next(dice) < _NEGATED
    negation = f"{_pick(_NEGATIONS, dice)} " if negated else ""
    word = _pick(GOOD if praise != negated else BAD, dice)
    return f"the {_pick(_ASPECTS, dice)} {_pick(_VERBS, dice)} {negation}{_pick(_DEGREES, dice)} {word}"


def _pick(options: Sequence[str], dice: Iterator[float]) -> str:
    return options[int(next(dice) * len(options))]
