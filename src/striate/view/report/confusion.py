"""Which classes are taken for which, as a table."""

from collections.abc import Sequence

from torch import Tensor

from striate.view.page import Html, element, scrolling, section, table

SHOWN = 40  # classes of a matrix that can still be read; of more, the commonest confusions are listed
LISTED = 40


def confusion_section(matrix: Tensor, classes: Sequence[str]) -> Html:
    """Return the confusion matrix with each class's accuracy; of many classes, their commonest confusions.

    Args:
        matrix: Integers (classes, classes), rows the true class, columns the predicted one.
        classes: Their names.
    """
    if len(classes) <= SHOWN:
        note = "A row for each true class, a column for what its images were taken for; errors are shaded."
        return section("Confusion matrix", _matrix(matrix, classes), note=note)
    wrong = matrix.clone().fill_diagonal_(0)
    counts, cells = wrong.flatten().sort(descending=True, stable=True)
    rows = [
        (classes[cell // len(classes)], classes[cell % len(classes)], number)
        for number, cell in zip(counts[:LISTED].tolist(), cells[:LISTED].tolist(), strict=True)
        if number
    ]
    listed = table(("true class", "taken for", "images"), rows, caption="Commonest confusions", words=("taken for",))
    return section("Commonest confusions", listed, note=f"The matrix of {len(classes):,} classes would be too large.")


def _matrix(matrix: Tensor, classes: Sequence[str]) -> Html:
    wrong = matrix.clone().fill_diagonal_(0)
    most = max(1, int(wrong.max()))
    head = [element("th", "true class", scope="col")]
    head += [element("th", name, scope="col", class_="number") for name in classes]
    head += [element("th", "accuracy", scope="col", class_="number")]
    rows = []
    for index, (name, counts) in enumerate(zip(classes, matrix.tolist(), strict=True)):
        cells = [_cell(number, index == column, number / most) for column, number in enumerate(counts)]
        share = f"{counts[index] / sum(counts):.2%}" if sum(counts) else ""
        rows.append(element("tr", element("th", name, scope="row"), *cells, element("td", share, class_="number")))
    return scrolling(
        element("thead", element("tr", *head)), element("tbody", *rows), caption="Confusion matrix", class_="confusion"
    )


def _cell(number: int, right: bool, share: float) -> Html:
    """Return a count; an error is shaded by its share of the commonest, and nothing is written where there is none."""
    if right:
        return element("td", number, class_="number right")
    style = f"--share: {15 + 85 * share:.0f}%" if number else None
    return element("td", number or "", class_="number wrong" if number else None, style=style)
