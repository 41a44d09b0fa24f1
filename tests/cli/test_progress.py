import io

from rich.console import Console

from striate.cli.progress import EpochLines, LiveBar
from striate.train import Step

ROW = {
    "epoch": 2,
    "loss": 0.12345,
    "acc": 0.98761,
    "val_loss": 0.0567,
    "val_acc": 0.9912,
    "lr": 1e-3,
    "seconds": 8.26,
    "images_per_second": 7654.3,
}
STEP = Step(epoch=2, epochs=5, step=3, steps=10, loss=0.5, merit=0.75, lr=1e-3, samples_per_second=1234.0)
LINE = "epoch 2/5  loss 0.1235  acc 98.76%  test loss 0.0567  test acc 99.12%  7,654 images/s  8.3 s\n"


def test_a_line_an_epoch():
    text = io.StringIO()
    lines = EpochLines(Console(file=text, width=20))
    lines.on_step(STEP)
    lines.on_epoch(ROW)
    assert text.getvalue() == LINE


def test_a_bar_moves_from_where_a_resumed_run_begins():
    text = io.StringIO()
    with LiveBar(Console(file=text, force_terminal=True, width=120, color_system=None)) as bar:
        bar.on_step(STEP)
        task = bar.bar.tasks[0]
        assert (task.total, task.completed) == (50, 13)
        assert task.speed is None or task.speed < 1e6  # the 12 batches of the earlier session do not count
        bar.bar.refresh()
        bar.on_epoch(ROW)
    assert "epoch 2/5" in text.getvalue()
    assert "loss 0.5000  acc 75.00%  1,234 images/s" in text.getvalue()
    assert LINE in text.getvalue().replace("\r", "")
