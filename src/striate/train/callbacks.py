"""What watches a training."""

from dataclasses import dataclass

from striate.train.history import Row


@dataclass(frozen=True)
class Step:
    """Where a training stands after a batch.

    Args:
        epoch: The one it is in, from 1.
        epochs: Of the whole training.
        step: Batches done in this epoch, from 1.
        steps: Of an epoch.
        loss: Mean over the epoch so far.
        merit: The figure of merit, a mean over the epoch's training samples so far; 0 where there is none.
        lr: Of this step.
        samples_per_second: Over the epoch so far.
        figure: The name of the figure of merit; "" where there is none.
        unit: What a sample is, in the plural.
    """

    epoch: int
    epochs: int
    step: int
    steps: int
    loss: float
    merit: float
    lr: float
    samples_per_second: float
    figure: str = "acc"
    unit: str = "images"

    @property
    def acc(self) -> float:
        """The share of the epoch's training samples so far that were classified correctly, in [0, 1].

        >>> Step(1, 2, 3, 4, loss=0.5, merit=0.75, lr=0.1, samples_per_second=100.0).acc
        0.75
        """
        if self.figure != "acc":
            raise AttributeError(f"this training has no accuracy; its figure of merit is {self.figure or 'none'}")
        return self.merit


class Callback:
    """What `fit` reports its progress to; override the methods you need.

    What a callback raises ends the training, and the run stays resumable from its last saved state.
    """

    def on_step(self, step: Step) -> None:
        """Called after each batch."""

    def on_epoch(self, row: Row) -> None:
        """Called when an epoch has been trained, tested and saved; `row` is the history's."""
