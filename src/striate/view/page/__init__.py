"""The look of every HTML page that striate writes, and how one is put together."""

from striate.view.page.document import data, document, resource
from striate.view.page.html import Html, element, markup
from striate.view.page.parts import figure, image_data, scrolling, section, table, terms

__all__ = [
    "Html",
    "data",
    "document",
    "element",
    "figure",
    "image_data",
    "markup",
    "resource",
    "scrolling",
    "section",
    "table",
    "terms",
]
