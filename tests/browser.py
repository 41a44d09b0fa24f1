"""A browser for the tests of pages: headless Chromium, driven by playwright, where both are installed."""

import importlib.util
import shutil
from contextlib import contextmanager

BROWSERS = ("chromium", "chromium-browser", "google-chrome")


def missing():
    """What a browser test lacks here, in words; empty where it lacks nothing."""
    if importlib.util.find_spec("playwright") is None:
        return "playwright is not installed: pip install '.[test]'"
    if not any(map(shutil.which, BROWSERS)):
        return f"no browser is installed: none of {', '.join(BROWSERS)} is on the path"
    return ""


@contextmanager
def chromium():
    """A running browser."""
    from playwright.sync_api import sync_playwright  # noqa: PLC0415  other tests run where it is not installed

    path = next(filter(None, map(shutil.which, BROWSERS)))
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield browser
        browser.close()


class Watched:
    """A page that notes what must not happen: errors, messages on the console and requests beyond the file itself."""

    def __init__(self, page):
        self.page = page
        self.address = ""
        self.complaints = []
        page.on("console", lambda message: self.complaints.append(message.text))
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("request", self._note)

    def _note(self, request):
        if request.url != self.address and not request.url.startswith("data:"):
            self.complaints.append(f"it asked for {request.url}")

    def open(self, path):
        """Show a file."""
        self.address = path.as_uri()
        self.page.goto(self.address)
        return self.page

    def overflow(self):
        """By how many pixels the page is wider than its window."""
        return self.page.evaluate("document.documentElement.scrollWidth - innerWidth")

    def contrasts(self):
        """The contrast of every text with what is behind it, by WCAG 2.1's formula, as {text: ratio}."""
        return self.page.evaluate(CONTRASTS)


# For each text the colours of its ancestors' backgrounds are laid over each other, the root's at the bottom.
CONTRASTS = """() => {
  const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  const rgba = (colour) => {
    canvas.clearRect(0, 0, 1, 1);
    canvas.fillStyle = colour;
    canvas.fillRect(0, 0, 1, 1);
    const [r, g, b, a] = canvas.getImageData(0, 0, 1, 1).data;
    return [r, g, b, a / 255];
  };
  const over = ([r, g, b, a], under) => [r, g, b].map((value, index) => a * value + (1 - a) * under[index]);
  const luminance = (colour) => {
    const linear = (value) => (value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4);
    const [r, g, b] = colour.map((value) => linear(value / 255));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const found = {};
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const element = walker.currentNode.parentElement;
    const text = walker.currentNode.data.trim();
    if (!text || !element.checkVisibility() || element.closest("script, style, .unseen, title")) continue;
    let ground = [255, 255, 255];
    const layers = [];
    for (let at = element; at; at = at.parentElement) layers.push(rgba(getComputedStyle(at).backgroundColor));
    for (const layer of layers.reverse()) ground = over(layer, ground);
    const style = getComputedStyle(element);
    const ink = over(rgba(element instanceof SVGElement ? style.fill : style.color), ground);
    const [light, dark] = [luminance(ink), luminance(ground)].sort((a, b) => b - a);
    const ratio = (light + 0.05) / (dark + 0.05);
    found[text] = Math.min(ratio, found[text] ?? Infinity);
  }
  return found;
}"""
