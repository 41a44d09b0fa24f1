"""One self-contained HTML document in striate's look: no file beside it, no request, no library."""

import json
import re
from collections.abc import Sequence
from importlib.resources import files

from striate import __version__
from striate.view.page.html import Html, element

# Nothing may be fetched: style, scripts and images are in the file itself.
_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:; "
    "base-uri 'none'; form-action 'none'"
)


def document(title: str, body: object, *, scripts: Sequence[str] = (), styles: Sequence[str] = ()) -> str:
    """Return a whole HTML document with the shared style sheet, a heading, a switch of light and dark, and a body.

    Args:
        title: Text, of the window and of the heading.
        body: What stands under the heading: `Html`, or text, which is escaped; or an iterable of both.
        scripts: JavaScript that runs once the body is there, each as a module of its own.
        styles: CSS after the shared style sheet; its custom properties (`--ink`, `--series-1`, ...) are at hand.

    >>> page = document("Tea & cake", element("p", "served < hot"))
    >>> "<title>Tea &amp; cake</title>" in page, "<p>served &lt; hot</p>" in page
    (True, True)
    """
    switch = element("button", "Light or dark", type="button", id="theme", hidden=True)
    head = (
        element("meta", charset="utf-8"),
        element("meta", name="viewport", content="width=device-width, initial-scale=1"),
        element("meta", http_equiv="Content-Security-Policy", content=_POLICY),
        element("meta", name="generator", content=f"striate {__version__}"),
        element("title", title),
        element("link", rel="icon", href="data:,"),
        *(element("style", _style(text)) for text in (resource("page.css"), *styles)),
    )
    content = (
        element("header", element("h1", title), switch),
        element("main", body),
        element("footer", f"Made by striate {__version__}. This file needs no other and sends nothing anywhere."),
        *(element("script", _script(text), type="module") for text in (resource("page.js"), *scripts)),
    )
    root = element("html", element("head", *head), element("body", *content), lang="en")
    return f"<!doctype html>\n{root}\n"


def resource(name: str, package: str = __package__) -> str:
    """Return the text of a file that lies beside the modules of a package, such as its style sheet."""
    return files(package).joinpath(name).read_text(encoding="utf-8")


def data(name: str, value: object) -> Html:
    r"""Return a block of data for a script, which reads it by `JSON.parse(document.getElementById(name).textContent)`.

    Args:
        name: The block's id.
        value: What `json.dumps` takes; NaN and infinities are a ValueError.

    >>> data("classes", ["</script>"])
    '<script type="application/json" id="classes">["\\u003c/script>"]</script>'
    """
    text = json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return element("script", Html(text.replace("<", "\\u003c")), type="application/json", id=name)


def _script(text: str) -> Html:
    """Return a script as it may stand in its element, whose end must not be found within it."""
    if found := re.search(r"</script|<!--", text, re.IGNORECASE):
        raise ValueError(f"scripts: one holds {found[0]!r}, which would end it early; write it in two pieces")
    return Html(text)


def _style(text: str) -> Html:
    if found := re.search(r"</style", text, re.IGNORECASE):
        raise ValueError(f"styles: one holds {found[0]!r}, which would end it early")
    return Html(text)
