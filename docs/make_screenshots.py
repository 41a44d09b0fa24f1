"""Make the screenshots of README and docs: `python docs/make_screenshots.py runs/NAME/report.html explain.html ...`.

Each page is shown in a headless Chromium and written to docs/images under its own name, as a PNG of at most 200 kB:
report.html becomes docs/images/report.png. What follows a `#` is the place in the page, as its address shows it:
`"explain.html#layer?value=6&channel=3&at=0,4,5"`. It needs an installed Chromium and `pip install playwright`.
"""

import argparse
import io
import sys
from pathlib import Path

from PIL import Image

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests"))  # the tests drive the same browser

from browser import chromium, missing  # noqa: E402

LARGEST = 200_000  # bytes of a file
SHARP = 1.5  # pixels of the picture for one of the page
SETTLED = 500  # milliseconds in which a page draws itself


def screenshot(page: Path, place: str, width: int, height: int, scheme: str) -> bytes:
    """Return the top of a page as a PNG; a page that is shorter than the height is shown whole, without emptiness."""
    with chromium() as browser:
        window = browser.new_page(
            viewport={"width": width, "height": height}, device_scale_factor=SHARP, color_scheme=scheme
        )
        window.goto(page.resolve().as_uri() + (f"#{place}" if place else ""))
        window.wait_for_timeout(SETTLED)
        high = min(height, window.evaluate("Math.ceil(document.body.getBoundingClientRect().bottom)"))
        picture: bytes = window.screenshot(clip={"x": 0, "y": 0, "width": width, "height": high})
    return picture


def compressed(picture: bytes) -> bytes:
    """Return a PNG with the most colours of 256, 128, 64 and 32 that fit into the largest file."""
    image = Image.open(io.BytesIO(picture)).convert("RGB")
    for colours in (256, 128, 64, 32):
        file = io.BytesIO()
        image.quantize(colours, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE).save(
            file, "PNG", optimize=True
        )
        if file.tell() <= LARGEST:
            return file.getvalue()
    raise ValueError(
        f"the picture takes {file.tell():,} bytes with 32 colours, more than {LARGEST:,}: use less --height"
    )


def main() -> None:
    """Read the command line and make each picture."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("pages", nargs="+", metavar="PAGE[#PLACE]", help="an HTML file")
    parser.add_argument("--width", type=int, default=1080, help="of the window, in pixels")
    parser.add_argument("--height", type=int, default=1640, help="at most, in pixels")
    parser.add_argument("--scheme", choices=("light", "dark"), default="light")
    parser.add_argument("--output", type=Path, default=ROOT / "docs" / "images", metavar="FOLDER")
    given = parser.parse_args()
    if lacking := missing():
        parser.error(lacking)
    for asked in given.pages:
        name, _, place = asked.partition("#")
        page = Path(name)
        if not page.is_file():
            parser.error(f"there is no page {page}")
        path = given.output / f"{page.stem}.png"
        path.write_bytes(compressed(screenshot(page, place, given.width, given.height, given.scheme)))
        print(f"{path}: {path.stat().st_size:,} bytes")  # noqa: T201  what was made


if __name__ == "__main__":
    main()
