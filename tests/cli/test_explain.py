import json
import shutil

from pages import check_self_contained, read
from PIL import Image
from samples import draw_shapes

from striate.train import predict


def explanation(path):
    return json.loads(read(path.read_text(encoding="utf-8")).one("script", id="explanation").text)


def test_it_writes_the_page_of_the_runs_model(shapes_run, striate, tmp_path):
    run, _, _ = shapes_run
    image = draw_shapes(tmp_path / "new", 1, seed=4)[0]
    result = striate("explain", run, image, "-o", "page.html")
    assert result.exit_code == 0, result.output
    assert result.stdout.startswith("page.html: ")
    check_self_contained((tmp_path / "page.html").read_text(encoding="utf-8"))
    found = explanation(tmp_path / "page.html")
    assert (found["model"], found["classes"]) == ("lenet5-modern", ["circle", "square", "triangle"])
    (expected,) = predict(run, image)
    shares = dict(zip(found["classes"], found["shares"], strict=True))
    for name, share in expected.ranking:
        assert abs(shares[name] - share) < 1e-5
    assert found["operations"][1]["units"]["patches"]["shape"][:2] == [16, 9]


def test_without_its_data_there_are_no_patches_and_a_warning(shapes_run, striate, tmp_path):
    run, _, _ = shapes_run
    image = draw_shapes(tmp_path / "new", 1, seed=4)[0]
    shutil.copytree(run, tmp_path / "moved")
    config = json.loads((tmp_path / "moved" / "config.json").read_text())
    config["data"]["source"] = str(tmp_path / "absent")
    (tmp_path / "moved" / "config.json").write_text(json.dumps(config))
    result = striate("explain", tmp_path / "moved", image)
    assert result.exit_code == 0, result.output
    assert result.stderr.startswith("warning: no patches of the run's own images: ")
    assert explanation(tmp_path / "explain.html")["operations"][1]["units"]["patches"] is None


def test_a_light_image_is_inverted_for_a_model_that_learnt_light_on_dark(shapes_run, striate, tmp_path):
    run, _, _ = shapes_run
    image = draw_shapes(tmp_path / "new", 1, seed=4)[0]
    Image.eval(Image.open(image).convert("L"), lambda value: 255 - value).save("light.png")
    for words, dark in (("--invert", True), ("--no-invert", False)):
        assert striate("explain", run, "light.png", words).exit_code == 0
        (prediction,) = predict(run, "light.png", invert=dark)
        found = explanation(tmp_path / "explain.html")
        assert found["classes"][found["shares"].index(max(found["shares"]))] == prediction.label


def test_mistakes(shapes_run, striate, tmp_path):
    run, _, _ = shapes_run
    assert striate("explain", tmp_path / "absent", "a.png").stderr.startswith("error: there is no run folder")
    assert "absent.png" in striate("explain", run, "absent.png").stderr
    result = striate("explain", run, "a.png", "-o", "missing/page.html")
    assert result.exit_code == 2
    assert result.stderr == ("error: --output: there is no folder missing to write page.html into; make it first\n")
    assert not list(tmp_path.glob("*.html"))
