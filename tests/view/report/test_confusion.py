import torch
from pages import read, section

from striate.view.report.confusion import LISTED, SHOWN, confusion_section


def test_every_count_is_in_its_cell_and_zeros_are_left_out(page, trained):
    (head, *rows) = section(page, "Confusion matrix").one("table").rows()
    assert head == ["true class", *trained.data.classes, "accuracy"]
    for index, (name, row) in enumerate(zip(trained.data.classes, rows, strict=True)):
        counts = trained.metrics.confusion[index].tolist()
        assert row[0] == name
        assert [int(cell or 0) for cell in row[1:-1]] == counts
        assert row[-1] == f"{trained.metrics.class_accuracy[name]:.2%}"


def test_an_error_is_shaded_the_more_the_oftener_it_is_made():
    matrix = torch.tensor([[50, 2, 0], [0, 60, 8], [0, 0, 0]])
    root = read(confusion_section(matrix, ("a", "b", "c")))
    shades = {cell.text: cell.attributes["style"] for cell in root.all("td", class_="wrong")}
    assert shades == {"2": "--share: 36%", "8": "--share: 100%"}  # 15 + 85 of 2 / 8 and of 8 / 8
    assert [cell.text for cell in root.all("td", class_="right")] == ["50", "60", "0"]
    assert root.one("table").rows()[3] == ["c", "", "", "0", ""]


def test_of_many_classes_the_commonest_confusions_are_listed():
    classes = [f"class {number}" for number in range(SHOWN + 1)]
    matrix = 9 * torch.eye(len(classes), dtype=torch.int64)
    matrix[3, 5], matrix[7, 2] = 4, 6
    root = read(confusion_section(matrix, classes))
    assert root.one("table").rows()[1:] == [["class 7", "class 2", "6"], ["class 3", "class 5", "4"]]
    assert len(read(confusion_section(matrix + 1, classes)).one("table").rows()) == LISTED + 1
