"""What a layer's units answer over a data set, and which of them are dead."""

from typing import TYPE_CHECKING, NamedTuple

import torch
from torch import Tensor, nn

from striate.view.figure import INK, new_figure
from striate.view.layers import UNCHANGING, Call, evaluating, listening
from striate.view.panels import FRAME, LINES, MARK
from striate.view.picture import Picture
from striate.view.rectifiers import Rectifying, Signal
from striate.view.streams import Data, batches_of

if TYPE_CHECKING:
    from matplotlib.figure import Figure


class Activations(NamedTuple):
    """What K units (channels) of a layer answered, over all places of all images.

    Args:
        mean: (K,), float64.
        std: (K,), float64.
        least: (K,).
        largest: (K,).
        positive: (K,), the share of answers above 0.
        dead: (K,), whether the unit gave one answer only; of a rectifier, that is 0.
    """

    mean: Tensor
    std: Tensor
    least: Tensor
    largest: Tensor
    positive: Tensor
    dead: Tensor


def activation_statistics(model: nn.Module, data: Data) -> Picture[dict[str, Activations]]:
    """Draw mean, spread and share of positive answers of every unit of every layer over a data set, and the dead ones.

    A unit is dead if it gives the same answer everywhere. Rectifiers that a model calls as functions are rows too, as
    `"rectifier after NAME"`.

    Args:
        model: any module; left as it was. Its layers that have none inside count, but for those that only rescale, pad,
            reshape or drop.
        data: the test images of a `striate.data.ImageData`; `Images`; a tensor (N, C, *S); or an iterable of batches,
            such as a torch DataLoader. uint8 or float in [0, 1].

    Returns:
        The picture of `Activations` by the layers' names, in the order in which they finish.

    Raises:
        ValueError: data without an image.
        TypeError: data that are no images.

    >>> net = nn.Sequential(nn.Conv2d(1, 4, 3), nn.ReLU())
    >>> bias = nn.init.constant_(net[0].bias, -100.0)
    >>> activation_statistics(net, torch.rand(8, 1, 9, 9)).array["1"].dead.tolist()
    [True, True, True, True]
    """
    sums: dict[str, _Sums] = {}
    with evaluating(model), torch.no_grad():
        for pixels in batches_of(model, data):
            _Listener(sums).run(model, pixels)
    found = {name: every.statistics() for name, every in sums.items()}
    return Picture(found, lambda: _draw(found))


class _Sums:
    """Sums over all answers so far of K units."""

    def __init__(self, units: int, like: Tensor) -> None:
        self.count = 0
        self.total, self.squares, self.positive = torch.zeros(3, units, dtype=torch.float64)
        self.least = torch.full((units,), torch.inf, dtype=like.dtype)
        self.largest = -self.least

    def add(self, output: Tensor) -> None:
        """Add a layer's output (N, K, *T)."""
        answers = output.detach().cpu().transpose(0, 1).flatten(1)
        self.count += answers.shape[1]
        exact = answers.double()
        self.total += exact.sum(1)
        self.squares += exact.square().sum(1)
        self.positive += (answers > 0).sum(1)
        self.least = torch.minimum(self.least, answers.amin(1))
        self.largest = torch.maximum(self.largest, answers.amax(1))

    def statistics(self) -> Activations:
        mean = self.total / self.count
        std = (self.squares / self.count - mean.square()).clamp(min=0).sqrt()
        dead = self.least == self.largest
        return Activations(mean, std, self.least, self.largest, self.positive / self.count, dead)


class _Listener:
    """One run of the model: layers by their hooks, rectifiers that are functions by a function mode."""

    def __init__(self, sums: dict[str, _Sums]) -> None:
        self.sums = sums
        self.layer = "the input"  # that which finished last
        self.calls: dict[str, int] = {}
        self.rectified: tuple[Tensor, Tensor] | None = None  # by a function, or by the module that finishes next

    def run(self, model: nn.Module, pixels: Tensor) -> None:
        with listening(model, self.note, leaves=True), Rectifying(self.rule):
            model(pixels)
        self.flush()

    def rule(self, input: Tensor, output: Tensor, rectify: Signal) -> Tensor:  # noqa: ARG002  the signature of `Rule`
        self.flush()
        self.rectified = (input, output)
        return output

    def note(self, call: Call) -> None:
        if self.rectified is not None and any(call.output is one for one in self.rectified):
            self.rectified = None  # the module is the rectifier
        self.flush()
        self.layer = call.name
        if not isinstance(call.module, UNCHANGING):
            self.add(call.name, call.output)

    def flush(self) -> None:
        if self.rectified is not None:
            name = f"rectifier after {self.layer}"
            self.calls[name] = self.calls.get(name, 0) + 1
            self.add(name if self.calls[name] == 1 else f"{name}:{self.calls[name]}", self.rectified[1])
            self.rectified = None

    def add(self, name: str, output: Tensor) -> None:
        if output.ndim > 1 and output.is_floating_point() and output.numel():
            self.sums.setdefault(name, _Sums(output.shape[1], output)).add(output)


def _draw(found: dict[str, Activations]) -> "Figure":
    figure = new_figure(9, 0.9 + 0.32 * len(found))
    answers, shares = figure.subplots(1, 2, sharey=True)
    for row, statistics in enumerate(found.values()):
        dead = statistics.dead
        spread = torch.linspace(-0.22, 0.22, len(dead)) if len(dead) > 1 else torch.zeros(1)
        for axes, values in ((answers, statistics.mean), (shares, 100 * statistics.positive)):
            for chosen, colour in ((~dead, LINES[0]), (dead, MARK)):
                axes.scatter(values[chosen], row + spread[chosen], s=5, color=colour, linewidths=0)
        low = torch.maximum(statistics.mean - statistics.std, statistics.least).min()
        high = torch.minimum(statistics.mean + statistics.std, statistics.largest).max()
        answers.plot([low, high], [row, row], color=FRAME, linewidth=4, zorder=0, solid_capstyle="butt")
        count = int(dead.sum())
        shares.text(104, row, f"{count} of {len(dead)} dead", va="center", fontsize=7.5, color=MARK if count else INK)
    answers.set_yticks(range(len(found)), found)
    answers.invert_yaxis()
    shares.set_xlim(-3, 125)
    shares.set_xticks(range(0, 101, 25))
    for axes, title in (
        (answers, "Mean answer of each unit, and one standard deviation"),
        (shares, "Answers above 0 (%)"),
    ):
        axes.set_title(title, loc="left", fontsize=9, color=INK)
        axes.tick_params(colors=INK, labelsize=7.5, length=0)
        axes.grid(axis="x", color="#eeeeee")
        axes.set_axisbelow(True)
        axes.spines[:].set_visible(False)
    return figure
