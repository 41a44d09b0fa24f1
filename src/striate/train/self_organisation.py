"""Learning without a teacher: of the cells of a place the strongest wins, and is strengthened by what it saw.

Source: K. Fukushima, "Neocognitron: a self-organizing neural network model for a mechanism of pattern recognition
unaffected by shift in position", Biological Cybernetics 36, 1980, chapter 3.
"""

import torch
from torch import Tensor

import striate.functional as SF
from striate.models.neocognitron import Neocognitron

COLUMN = 5  # cells a side of an S-column; the last layer is one column
AT_ONCE = 100  # images; larger maps leave the caches


def self_organise(model: Neocognitron, images: Tensor, *, together: bool = False) -> None:
    """Show a neocognitron images, one after another; each S-layer strengthens its representatives at each image.

    The paper does not say in which order the layers learn. Here the first sees all images, then the second, then the
    third, so that none learns from features that still change.

    Args:
        model: changed in place.
        images: (N, 1, n, n), from 0 to 1.
        together: let all layers learn at every image instead.

    Raises:
        ValueError: images of another size than the model's.

    >>> from striate.data.stimuli import five_patterns
    >>> model = Neocognitron()
    >>> self_organise(model, five_patterns())
    >>> model(five_patterns()).argmax(1).unique().numel()
    5
    """
    with torch.inference_mode():
        if together:
            for image in images.split(1):
                for (s_layer, _), signal, answers in zip(
                    model.stages, _signals(model, image), model.answers(image), strict=True
                ):
                    s_layer.reinforce(signal[0], representatives(answers.s[0], _column(answers.s)))
            return
        model.answers(images[:1])  # refuses images of another size before anything is learnt
        signals = images
        for s_layer, c_layer in model.stages:
            for signal in signals.split(1):
                s = s_layer(signal)
                s_layer.reinforce(signal[0], representatives(s[0], _column(s)))
            signals = torch.cat([c_layer(s_layer(some)) for some in signals.split(AT_ONCE)])


def representatives(answers: Tensor, column: int) -> list[tuple[int, int, int]]:
    """Choose the cells of an S-layer that are strengthened: the winner of each column, at most one a plane.

    A column has the cells of all planes within a square; squares overlap, one begins at each place. Of the winners in
    one plane the strongest is chosen, the first where several are equal.

    Args:
        answers: (planes, H, W); a column in which nothing answers has no winner.
        column: side of the squares.

    Returns:
        plane, row and column of each cell chosen.

    >>> answers = torch.zeros(3, 4, 4)
    >>> answers[0, 0, 0], answers[1, 0, 1], answers[0, 3, 3] = 0.5, 0.4, 0.3
    >>> representatives(answers, column=2)
    [(0, 0, 0), (1, 0, 1)]
    """
    strongest, plane = answers.max(0)
    won, place = SF.max_pool2d(strongest[None, None], column, 1, return_indices=True)
    index = place[won > 0].unique()
    width = answers.shape[2]
    chosen: dict[int, tuple[float, int]] = {}
    found = zip(plane.flatten()[index].tolist(), strongest.flatten()[index].tolist(), index.tolist(), strict=True)
    for winner, answer, where in found:
        if winner not in chosen or answer > chosen[winner][0]:
            chosen[winner] = answer, where
    return [(winner, where // width, where % width) for winner, (_, where) in chosen.items()]


def winner_labels(answers: Tensor, labels: Tensor, classes: int) -> Tensor:
    """Name each of the last cells after the class to whose images it most often answers strongest.

    Args:
        answers: of the last C-cells, (N, planes).
        labels: int64 (N,).
        classes: how many there are.

    Returns:
        int64 (planes,); -1 for a cell that never wins.

    >>> winner_labels(torch.tensor([[0.9, 0.1, 0.0], [0.8, 0.0, 0.0], [0.2, 0.3, 0.0]]), torch.tensor([4, 4, 1]), 5)
    tensor([ 4,  1, -1])
    """
    planes = answers.shape[1]
    strongest, winner = answers.max(1)
    cells = (winner * classes + labels)[strongest > 0]
    counts = torch.bincount(cells, minlength=planes * classes).reshape(planes, classes)
    return counts.argmax(1).where(counts.sum(1) > 0, -1)


def recognise(answers: Tensor, names: Tensor) -> Tensor:
    """Return the class of the strongest of the last cells, -1 where none answers.

    Args:
        answers: (N, planes).
        names: what `winner_labels` returned.

    >>> recognise(torch.tensor([[0.2, 0.7], [0.0, 0.0]]), torch.tensor([3, 8]))
    tensor([ 8, -1])
    """
    strongest, winner = answers.max(1)
    return names[winner].where(strongest > 0, -1)


def c_cells(model: Neocognitron, images: Tensor, module: int) -> Tensor:
    """Return what the C-cells of a module (0, 1 or 2) answer to images, (N, cells), a few images at a time.

    >>> c_cells(Neocognitron(), torch.rand(3, 1, 16, 16), 1).shape
    torch.Size([3, 864])
    """
    stages = model.stages[: module + 1]
    found = []
    with torch.inference_mode():
        for signal in images.split(AT_ONCE):
            for s_layer, c_layer in stages:
                signal = c_layer(s_layer(signal))  # noqa: PLW2901
            found.append(signal.flatten(1))
    return torch.cat(found).clone()  # a tensor of inference_mode could not be used where autograd records


def _signals(model: Neocognitron, image: Tensor) -> list[Tensor]:
    """What each S-layer is shown."""
    return [image, *(answers.c for answers in model.answers(image)[:-1])]


def _column(s: Tensor) -> int:
    return min(COLUMN, s.shape[-1])
