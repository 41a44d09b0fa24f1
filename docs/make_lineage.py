"""Write the measured figures of the lineage into README and the pages of `lineage`, from the file that ships them.

`striate lineage --check --profile full --keep src/striate/lineage/full.json` makes that file anew.
"""

import re
from pathlib import Path

from striate.lineage import SYSTEMS, figures_of, overview, read_kept
from striate.train.files import write_atomically

ROOT = Path(__file__).parent.parent
PAGES = Path("docs") / "lineage"
BLOCK = re.compile(r"(<!-- figures: (\S+) -->\n).*?(<!-- end of figures -->)", re.DOTALL)


def pages() -> list[Path]:
    """Return the files that have figures, from the root of the project."""
    return [Path("README.md"), *sorted(path.relative_to(ROOT) for path in (ROOT / PAGES).glob("*.md"))]


def renewed(page: Path) -> str:
    """Return a page's text with the figures as they are kept: of one system between two comments, or of "all"."""
    kept = read_kept()

    def figures(name: str) -> str:
        if name == "all":
            return overview(SYSTEMS, kept, "" if page.parent == PAGES else f"{PAGES.as_posix()}/")
        if name not in kept:
            return f"Not measured yet: `striate lineage --check --profile full {name}` does so."
        return figures_of(kept[name])

    text = (ROOT / page).read_text(encoding="utf-8")
    return BLOCK.sub(lambda block: f"{block[1]}\n{figures(block[2])}\n\n{block[3]}", text)


if __name__ == "__main__":
    for page in pages():
        write_atomically(ROOT / page, renewed(page).encode())
