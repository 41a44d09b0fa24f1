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
        acc: Share of the epoch's training images so far that were classified correctly, in [0, 1].
        lr: Of this step.
        images_per_second: Over the epoch so far.
    """

    epoch: int
    epochs: int
    step: int
    steps: int
    loss: float
    acc: float
    lr: float
    images_per_second: float


class Callback:
    """What `fit` reports its progress to; override the methods you need.

    What a callback raises ends the training, and the run stays resumable from its last saved state.
    """

    def on_step(self, step: Step) -> None:
        """Called after each batch."""

    def on_epoch(self, row: Row) -> None:
        """Called when an epoch has been trained, tested and saved; `row` is the history's."""
