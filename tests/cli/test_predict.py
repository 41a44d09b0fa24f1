import json
import re

import pytest
from PIL import Image
from samples import draw_shapes


@pytest.fixture
def images(tmp_path):
    return draw_shapes(tmp_path / "new", 3, seed=4)


def test_a_line_an_image(shapes_run, striate, images):
    result = striate("predict", shapes_run[0], *images)
    assert result.exit_code == 0
    lines = result.stdout.splitlines()
    for path, line in zip(images, lines, strict=True):
        assert re.fullmatch(rf"{path}: \w+  [\d.]+%  then \w+ [\d.]+%, \w+ [\d.]+%", line)
    assert sum(f": {path.parent.name} " in line for path, line in zip(images, lines, strict=True)) >= 2


def test_json_has_every_class(shapes_run, striate, images):
    result = striate("predict", shapes_run[0], *images, "--json")
    for path, line in zip(images, result.stdout.splitlines(), strict=True):
        content = json.loads(line)
        assert content.keys() == {"image", "label", "probability", "ranking", "inverted"}
        assert (content["image"], content["inverted"]) == (str(path), False)
        assert content["ranking"][0] == [content["label"], content["probability"]]
        assert {name for name, _ in content["ranking"]} == {"circle", "square", "triangle"}
        assert sum(share for _, share in content["ranking"]) == pytest.approx(1)


def test_an_image_can_be_inverted(shapes_run, striate, images):
    plain, inverted = (striate("predict", shapes_run[0], images[0], *words).stdout for words in ([], ["--invert"]))
    assert inverted.endswith("  [inverted]\n")
    assert not plain.endswith("  [inverted]\n")
    turned = Image.eval(Image.open(images[0]), lambda value: 255 - value)
    turned.save("turned.png")
    again = striate("predict", shapes_run[0], "turned.png", "--invert").stdout
    assert again.split("  ")[0].split()[-1] == plain.split("  ")[0].split()[-1]


def test_an_unreadable_image_does_not_stop_the_others(shapes_run, striate, images, tmp_path):
    (tmp_path / "broken.png").write_text("no image")
    result = striate("predict", shapes_run[0], "absent.png", images[0], tmp_path / "broken.png", images[1])
    assert result.exit_code == 1
    assert len(result.stdout.splitlines()) == 2
    missing, broken = result.stderr.splitlines()
    assert missing.startswith("error: ")
    assert "absent.png" in missing
    assert "broken.png" in broken


def test_a_folder_becomes_a_table(shapes_run, striate, images, tmp_path):
    (tmp_path / "new" / "broken.png").write_text("no image")
    result = striate("predict", shapes_run[0], tmp_path / "new", "--output", "rows.csv", "--workers", "0")
    assert result.exit_code == 1
    assert result.stdout == "rows.csv: 10 images, 1 unreadable\n"
    rows = (tmp_path / "rows.csv").read_text().splitlines()
    assert rows[0] == "image,label,probability,inverted,error"
    assert len(rows) == 11
    assert striate("predict", shapes_run[0], *images, "--output", "rows.csv", "--workers", "0").exit_code == 0
    refused = striate("predict", shapes_run[0], *images, "--output", "rows.csv", "--json")
    assert refused.stderr == "error: --json prints, and --output writes a table: give one of them\n"


def test_mistakes(striate, tmp_path, shapes_run):
    assert (
        striate("predict", tmp_path / "absent", "a.png").stderr
        == f"error: there is no run folder {tmp_path / 'absent'}\n"
    )
    assert striate("predict", shapes_run[0]).exit_code == 2
