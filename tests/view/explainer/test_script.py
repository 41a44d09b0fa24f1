from striate.view.explainer.script import resource, script


def test_a_module_stands_once_and_after_what_it_imports():
    modules = {
        "a.js": 'import { b } from "./b.js";\nimport {\n  c,\n} from "./c.js";\nb(c);\n',
        "b.js": 'import { c } from "./c.js";\nexport function b() {}\n',
        "c.js": "const hidden = 1;\nexport const c = hidden;\nexport class D {}\nexport async function e() {}\n",
    }
    text = script("a", modules.__getitem__)
    assert [text.count(f"const module_{name} =") for name in "abc"] == [1, 1, 1]
    assert text.index("module_c =") < text.index("module_b =") < text.index("module_a =")
    assert "return { c, D, e };" in text
    assert "export" not in text
    assert "import" not in text


def test_the_page_has_every_module_but_the_types():
    text = script()
    assert "\nimport " not in text
    assert "\nexport " not in text
    for name in ("arithmetic", "blocks", "layer", "overview", "unit"):
        assert f"const module_{name} = " in text
    assert "export function takeApart" in resource("arithmetic.js")
