"""The parts that pages are made of: sections, figures, tables, images, names with values."""

from base64 import b64encode
from collections.abc import Collection, Iterable, Sequence

from striate.view.page.html import Html, element


def section(title: str, *content: object, note: object = "") -> Html:
    """Return a part of a page under a heading of its own, with a line that explains it."""
    return element("section", element("h2", title), element("p", note, class_="quiet") if note else "", *content)


def figure(content: object, caption: object, **attributes: object) -> Html:
    """Return a picture, a chart or a table with the line that explains it."""
    return element("figure", content, element("figcaption", caption), **attributes)


def image_data(png: bytes) -> str:
    r"""Return the address of an image that is in the page itself.

    >>> image_data(b"\x89PNG")
    'data:image/png;base64,iVBORw=='
    """
    return f"data:image/png;base64,{b64encode(png).decode()}"


def table(
    header: Sequence[str], rows: Iterable[Sequence[object]], *, caption: str, words: Collection[str] = ()
) -> Html:
    """Return a table whose first column names its rows.

    Args:
        header: The names of the columns.
        rows: The cells of each row.
        caption: What the table shows, for those who cannot see it.
        words: The columns that hold words; the first is one, and the others hold numbers, which stand to the right.

    >>> table(("layer", "ms"), [("c1", 0.5)], caption="Time")[-81:]
    '<tr><th scope="row">c1</th><td class="number">0.5</td></tr></tbody></table></div>'
    """
    kinds = [None if index == 0 or name in words else "number" for index, name in enumerate(header)]
    head = (element("th", name, scope="col", class_=kind) for name, kind in zip(header, kinds, strict=True))
    body = (
        element(
            "tr",
            element("th", row[0], scope="row"),
            *(element("td", cell, class_=kind) for cell, kind in zip(row[1:], kinds[1:], strict=True)),
        )
        for row in rows
    )
    return scrolling(element("thead", element("tr", *head)), element("tbody", *body), caption=caption)


def scrolling(*content: object, caption: str, **attributes: object) -> Html:
    """Return a table of this content in a frame that scrolls where the page is too narrow for it."""
    whole = element("table", element("caption", caption, class_="unseen"), *content, **attributes)
    # the frame takes the focus, so that the arrow keys can scroll it
    return element("div", whole, class_="scroll", tabindex=0, role="region", aria_label=caption)


def terms(pairs: Iterable[tuple[object, object]], **attributes: object) -> Html:
    """Return names with their values, such as settings.

    >>> terms([("epochs", 8)])
    '<dl><div><dt>epochs</dt><dd>8</dd></div></dl>'
    """
    rows = (element("div", element("dt", name), element("dd", value)) for name, value in pairs)
    return element("dl", *rows, **attributes)
