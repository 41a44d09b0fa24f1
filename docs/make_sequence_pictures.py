"""Draw the made sounds and bodies of docs/lineage/audio.md and volumes.md: `python docs/make_sequence_pictures.py`."""

from pathlib import Path

from torch import Tensor

from striate.data import draw_solids, speak
from striate.data.solids import SOLIDS
from striate.data.speech import RATE, SOUNDS
from striate.view import exhibit

SHOWN = 8  # of each kind
PIECE = RATE // 25  # samples, 40 ms
SIGNALS = 40  # among whose sounds enough of each kind last as long


def pieces(sound: int, signals: Tensor, names: Tensor) -> Tensor:
    """Return the first pieces of signals in which nothing else is heard, (SHOWN, 1, PIECE), each at its loudest 1."""
    windows, named = (part.unfold(-1, PIECE, PIECE).flatten(0, -2) for part in (signals[:, 0], names))
    found = windows[(named == sound).all(1)][:SHOWN, None]
    return found / found.abs().amax(2, keepdim=True)


def main() -> None:
    """Write `sounds.png` and `solids.png`."""
    folder = Path(__file__).parent / "images"
    signals, names = speak(SIGNALS, RATE)
    rows = {name: pieces(sound, signals, names) for sound, name in enumerate(SOUNDS)}
    exhibit(rows, "Pieces of 40 ms of each sound, made equally loud").save(folder / "sounds.png", dpi=80)
    volumes, labels = draw_solids(SHOWN * len(SOLIDS))
    bodies = {name: volumes[labels == label].float() / 255 for label, name in enumerate(SOLIDS)}
    exhibit(bodies, "The middle slices of eight of each body").save(folder / "solids.png")


if __name__ == "__main__":
    main()
