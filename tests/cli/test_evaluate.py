import re

from samples import draw_shapes

from striate.train import Run


def test_accuracy_and_a_line_a_class(shapes_run, striate):
    path, _, _ = shapes_run
    result = striate("evaluate", path)
    confusion = Run.open(path).confusion()
    lines = result.stdout.splitlines()
    accuracy = int(confusion.trace()) / 36
    assert result.exit_code == 0
    assert re.fullmatch(
        rf"{path}: accuracy {accuracy:.2%}, {36 - int(confusion.trace())} errors? in 36 images, loss [\d.]+", lines[0]
    )
    assert lines[1].split() == ["class", "images", "accuracy", "taken", "for"]
    assert [line.split()[:3] for line in lines[2:]] == [
        [name, "12", f"{int(confusion[index, index]) / 12:.2%}"]
        for index, name in enumerate(("circle", "square", "triangle"))
    ]


def test_other_data(shapes_run, striate, tmp_path):
    draw_shapes(tmp_path / "more", 5, seed=9)
    assert " in 3 images" in striate("evaluate", shapes_run[0], "--data", tmp_path / "more").stdout


def test_a_class_that_is_mistaken_is_shown_with_what_it_is_taken_for():
    import torch

    from striate.cli.evaluate import table_of
    from striate.train import Metrics

    confusion = torch.tensor([[5, 1, 2], [0, 0, 0], [0, 0, 9]])
    table = table_of(Metrics(0.5, torch.zeros(17, dtype=torch.int64), confusion, ("a", "b", "c")))
    columns = [list(column.cells) for column in table.columns]
    assert columns == [["a", "b", "c"], ["8", "0", "9"], ["62.50%", "", "100.00%"], ["c (2), b (1)", "", ""]]


def test_mistakes(striate, tmp_path):
    assert striate("evaluate", tmp_path).stderr == f"error: {tmp_path} is not a run folder: it holds no config.json\n"
    assert striate("evaluate").exit_code == 2


def test_labels_of_pixels_are_measured_by_their_overlap():
    import torch

    from striate.cli.evaluate import table_of_overlap
    from striate.train import LabelledMetrics

    confusion = torch.tensor([[6, 2, 0], [1, 3, 0], [0, 0, 0]])
    table = table_of_overlap(LabelledMetrics(0.5, confusion, ("a", "b", "c"), 2, "images", "iou"))
    columns = [list(column.cells) for column in table.columns]
    assert columns == [["a", "b", "c"], ["8", "4", "0"], ["75.00%", "75.00%", ""], ["66.67%", "50.00%", ""]]
