"""How a training is watched: a live bar on a terminal, a line an epoch elsewhere."""

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeRemainingColumn

from striate.train import Callback, Step
from striate.train.history import Row
from striate.words import duration


class EpochLines(Callback):
    """Writes a line an epoch.

    Args:
        console: Where to.
    """

    def __init__(self, console: Console) -> None:
        self.console = console
        self.epochs = 0

    def on_step(self, step: Step) -> None:
        """Note how many epochs there are to be."""
        self.epochs = step.epochs

    def on_epoch(self, row: Row) -> None:
        """Write what the epoch reached."""
        self.console.print(
            f"epoch {row['epoch']:.0f}/{self.epochs}"
            f"  loss {row['loss']:.4f}  acc {row['acc']:.2%}"
            f"  test loss {row['val_loss']:.4f}  test acc {row['val_acc']:.2%}"
            f"  {row['images_per_second']:,.0f} images/s  {duration(row['seconds'])}",
            soft_wrap=True,
        )


class LiveBar(EpochLines):
    """A bar that moves with every batch, under the lines of the epochs; a context manager."""

    def __init__(self, console: Console) -> None:
        super().__init__(console)
        self.bar = Progress(
            TextColumn("{task.description}"),
            BarColumn(bar_width=None),
            TextColumn("{task.fields[status]}"),
            TimeRemainingColumn(compact=True),
            TextColumn("left"),
            console=console,
            transient=True,
            expand=True,
        )
        self.task: TaskID | None = None

    def __enter__(self) -> "LiveBar":
        self.bar.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.bar.stop()

    def on_step(self, step: Step) -> None:
        """Move the bar; it begins where a resumed run does, so that the time left is right."""
        super().on_step(step)
        done = (step.epoch - 1) * step.steps + step.step
        if self.task is None:
            self.task = self.bar.add_task("", total=step.epochs * step.steps, completed=done - 1, status="")
        status = f"loss {step.loss:.4f}  acc {step.acc:.2%}  {step.images_per_second:,.0f} images/s"
        self.bar.update(self.task, completed=done, description=f"epoch {step.epoch}/{step.epochs}", status=status)
