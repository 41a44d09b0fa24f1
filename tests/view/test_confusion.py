import pytest
import torch

from striate.view import confusion_matrix

MATRIX = torch.tensor([[50, 2, 0], [0, 60, 8], [1, 0, 70]])


def test_counts_stand_in_their_cells_and_zeros_are_left_out():
    axes = confusion_matrix(MATRIX, ("a", "b", "c")).figure.axes[0]
    counts = {(text.get_position()[1], text.get_position()[0]): text.get_text() for text in axes.texts}
    assert counts == {(0, 0): "50", (0, 1): "2", (1, 1): "60", (1, 2): "8", (2, 0): "1", (2, 2): "70"}
    assert axes.get_title(loc="left") == "11 errors in 191 images (5.76 %)"
    assert [label.get_text() for label in axes.get_yticklabels()] == ["a", "b", "c"]


def test_only_errors_are_red_and_the_matrix_is_not_changed():
    before = MATRIX.clone()
    picture = confusion_matrix(MATRIX, ("a", "b", "c"))
    assert torch.equal(picture.array, before)
    wrong, right = picture.figure.axes[0].images
    assert wrong.get_array().data.tolist() == [[0, 2, 0], [0, 0, 8], [1, 0, 0]]
    assert right.get_array().mask.tolist() == [[False, True, True], [True, False, True], [True, True, False]]
    assert torch.equal(MATRIX, before)


def test_many_classes_have_no_counts_and_no_error_is_no_problem(tmp_path):
    classes = [f"class {number}" for number in range(40)]
    picture = confusion_matrix(torch.eye(40, dtype=torch.int64), classes)
    assert not picture.figure.axes[0].texts
    picture.save(tmp_path / "many.png")
    assert (tmp_path / "many.png").stat().st_size > 0


def test_a_matrix_of_other_classes_is_refused():
    with pytest.raises(ValueError, match=r"matrix has shape \(3, 3\), but there are 2 classes"):
        confusion_matrix(MATRIX, ("a", "b"))
