"""How a training is watched: a live bar on a terminal, a line an epoch elsewhere."""

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeRemainingColumn

from striate.train import Callback, Step
from striate.train.figures import figure_of
from striate.train.history import Row
from striate.words import duration


class EpochLines(Callback):
    """Writes a line an epoch.

    Args:
        console: Where to.
    """

    def __init__(self, console: Console) -> None:
        self.console = console
        self.step: Step | None = None

    def on_step(self, step: Step) -> None:
        """Note how many epochs there are to be, and what is told of them."""
        self.step = step

    def on_epoch(self, row: Row) -> None:
        """Write what the epoch reached."""
        if self.step is None:
            return
        figure, unit = self.step.figure, self.step.unit
        trained, tested = f"loss {row['loss']:.4f}", f"test loss {row['val_loss']:.4f}"
        if figure:
            said = figure_of(figure).said
            trained += f"  {figure} {said(row[figure])}"
            tested += f"  test {figure} {said(row[f'val_{figure}'])}"
        self.console.print(
            f"epoch {row['epoch']:.0f}/{self.step.epochs}  {trained}  {tested}"
            f"  {row[f'{unit}_per_second']:,.0f} {unit}/s  {duration(row['seconds'])}",
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
        merit = f"  {step.figure} {figure_of(step.figure).said(step.merit)}" if step.figure else ""
        status = f"loss {step.loss:.4f}{merit}  {step.samples_per_second:,.0f} {step.unit}/s"
        self.bar.update(self.task, completed=done, description=f"epoch {step.epoch}/{step.epochs}", status=status)
