"""The page's JavaScript as one script: its modules, each after those that it imports."""

import re
from collections.abc import Callable
from importlib.resources import files

_IMPORT = re.compile(r'^import (\{[^}]*\}) from "\./([\w-]+)\.js";\n', re.MULTILINE)
_EXPORT = re.compile(r"^export ((?:async )?(?:function|class|const) (\w+))", re.MULTILINE)


def resource(name: str) -> str:
    """Return the text of a file of the folder `js`."""
    return files(__package__).joinpath("js", name).read_text(encoding="utf-8")


def script(start: str = "main", read: Callable[[str], str] = resource) -> str:
    r"""Return a module and all that it imports as one script: each a function that returns what it exports.

    Args:
        start: The module that runs the page.
        read: Gives the text of a file.

    >>> modules = {"a.js": 'import { b } from "./b.js";\nb();\n', "b.js": "export function b() {}\n"}
    >>> print(script("a", modules.__getitem__))
    const module_b = (() => {
    function b() {}
    return { b };
    })();
    const module_a = (() => {
    const { b } = module_b;
    b();
    return {  };
    })();
    <BLANKLINE>
    """
    written: dict[str, str] = {}

    def write(name: str) -> None:
        text = read(f"{name}.js")
        for _, imported in _IMPORT.findall(text):
            if imported not in written:
                write(imported)
        exported = ", ".join(name for _, name in _EXPORT.findall(text))
        body = _EXPORT.sub(r"\1", _IMPORT.sub(r"const \1 = module_\2;\n", text))
        written[name] = f"const module_{name} = (() => {{\n{body}return {{ {exported} }};\n}})();\n"

    write(start)
    return "".join(written.values())
