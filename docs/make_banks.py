"""Draw the four banks of docs/lineage/hubel_wiesel.md: `python docs/make_banks.py`, minutes."""

from pathlib import Path

from striate.data import load
from striate.lineage.systems.hubel_wiesel import learn_banks
from striate.view import banks

if __name__ == "__main__":
    banks(learn_banks(load("mnist"))).save(Path(__file__).parent / "images" / "hubel_wiesel.png")
