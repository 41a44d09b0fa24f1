"""Figures of merit: what each is called and how it is said."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Figure:
    """A figure of merit, the larger the better.

    Args:
        title: In words.
        factor: From the value that is kept to the one that is shown, such as 100 for a share.
        unit: Of the one that is shown, such as "%".
        places: Decimals shown.
    """

    title: str
    factor: float = 1.0
    unit: str = ""
    places: int = 4

    @property
    def heading(self) -> str:
        """The title with the unit, over a chart.

        >>> figure_of("acc").heading
        'Accuracy (%)'
        """
        return self.titled[0].upper() + self.titled[1:]

    @property
    def titled(self) -> str:
        """The title with the unit, inside a heading.

        >>> figure_of("psnr").titled
        'PSNR (dB)'
        """
        return f"{self.title} ({self.unit})" if self.unit else self.title

    def said(self, value: float) -> str:
        """Return a value in words.

        >>> figure_of("acc").said(0.9943), figure_of("psnr").said(31.254), figure_of("speed").said(2)
        ('99.43%', '31.25 dB', '2.0000')
        """
        number = f"{self.factor * value:,.{self.places}f}"
        return f"{number}{'' if self.unit in {'', '%'} else ' '}{self.unit}"


FIGURES = {
    "": Figure("loss"),  # what is looked at where there is no figure of merit
    "acc": Figure("accuracy", 100, "%", 2),
    "iou": Figure("mean IoU", 100, "%", 2),
    "psnr": Figure("PSNR", 1, "dB", 2),
}


def figure_of(name: str) -> Figure:
    """Return a figure of merit by its column in the log; one that is not in `FIGURES` is shown as it is kept.

    >>> figure_of("iou").title
    'mean IoU'
    """
    return FIGURES.get(name) or Figure(name)
