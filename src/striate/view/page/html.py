"""HTML that is escaped by construction: a plain string is text, and only `Html` is markup."""

from collections.abc import Iterable
from html import escape

_VOID = {"br", "col", "hr", "img", "input", "link", "meta"}  # elements that have no end tag


class Html(str):
    """Markup that is ready to stand in a page; any other string is escaped where it is put into one."""

    __slots__ = ()


def markup(content: object) -> Html:
    """Return content as markup: `Html` as it is, an iterable piece by piece, anything else as escaped text.

    >>> markup(["2 < 3", Html("<br>"), 4])
    '2 &lt; 3<br>4'
    """
    if isinstance(content, Html):
        return content
    if isinstance(content, Iterable) and not isinstance(content, str):
        return Html("".join(map(markup, content)))
    return Html(escape(str(content)))


def element(tag: str, *content: object, **attributes: object) -> Html:
    """Return one element.

    Args:
        tag: Its name.
        content: What stands inside, as `markup` takes it.
        attributes: `class_` is `class`, `aria_label` is `aria-label`. One that is None or False is left out, one that
            is True has no value.

    >>> element("a", "R & D", href="#top", class_="quiet", hidden=False)
    '<a href="#top" class="quiet">R &amp; D</a>'
    """
    written = "".join(
        f" {name.rstrip('_').replace('_', '-')}" + ("" if value is True else f'="{escape(str(value))}"')
        for name, value in attributes.items()
        if value is not None and value is not False
    )
    start = f"<{tag}{written}>"
    return Html(start if tag in _VOID else f"{start}{markup(content)}</{tag}>")
