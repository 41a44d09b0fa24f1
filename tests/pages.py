"""What the tests of pages read HTML with: a tree of elements."""

from html.parser import HTMLParser

VOID = {"br", "col", "hr", "img", "input", "link", "meta"}


class Element:
    """An element: its tag, its attributes, and what it holds."""

    def __init__(self, tag, attributes):
        self.tag, self.attributes, self.content = tag, attributes, []

    @property
    def text(self):
        """All text inside, in order."""
        return "".join(part if isinstance(part, str) else part.text for part in self.content)

    def all(self, tag=None, **attributes):
        """Every element inside, in order, of a tag and with these attributes; `class_` matches one of the classes."""
        wanted = {name.rstrip("_"): value for name, value in attributes.items()}
        found = []
        for part in self.content:
            if isinstance(part, Element):
                given = {**part.attributes, "class": value if (value := part.attributes.get("class", "")) else ""}
                fits = all(
                    value in given["class"].split() if name == "class" else given.get(name) == value
                    for name, value in wanted.items()
                )
                found += [part] if fits and tag in {None, part.tag} else []
                found += part.all(tag, **attributes)
        return found

    def one(self, tag=None, **attributes):
        """The only such element."""
        (found,) = self.all(tag, **attributes)
        return found

    def rows(self):
        """The cells' texts of a table's rows."""
        return [[cell.text for cell in row.content] for row in self.all("tr")]


class _Reader(HTMLParser):
    def __init__(self):
        super().__init__()
        self.open = [Element("", {})]

    def handle_starttag(self, tag, attributes):
        made = Element(tag, dict(attributes))
        self.open[-1].content.append(made)
        if tag not in VOID:
            self.open.append(made)

    def handle_endtag(self, tag):
        last = self.open.pop()
        if last.tag != tag:
            raise ValueError(f"</{tag}> ends a <{last.tag}>")

    def handle_data(self, text):
        self.open[-1].content.append(text)


def read(page):
    """The tree of a page or of a part of one, whose elements must be closed in order."""
    reader = _Reader()
    reader.feed(page)
    reader.close()
    (root,) = reader.open
    return root


def section(page, title):
    """The section of a page that has this heading."""
    return next(part for part in read(page).all("section") if part.all("h2")[0].text == title)


def check_self_contained(page):
    """Nothing in a page lies elsewhere, and the browser is told to fetch nothing."""
    root = read(page)
    policies = [meta.attributes["content"] for meta in root.all("meta", **{"http-equiv": "Content-Security-Policy"})]
    assert [policy.split(";")[0] for policy in policies] == ["default-src 'none'"]
    for element in root.all():
        for name in ("src", "href", "srcset", "data", "poster", "action"):
            assert element.attributes.get(name, "data:").startswith(("data:", "#")), (element.tag, name)
    for style in root.all("style"):
        assert "url(" not in style.text
        assert "@import" not in style.text
