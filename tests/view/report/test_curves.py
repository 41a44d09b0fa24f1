from pages import section

from striate.train import Run


def test_every_epoch_of_the_log_is_there(page, trained):
    history = Run.open(trained.run).history()
    loss, accuracy = (table.rows() for table in section(page, "Learning curves").all("table"))
    assert loss[0] == accuracy[0] == ["epoch", "test", "training"]
    for row, epoch in zip(loss[1:], history, strict=True):
        assert row == [f"{epoch['epoch']:.0f}", f"{epoch['val_loss']:.4f}", f"{epoch['loss']:.4f}"]
    for row, epoch in zip(accuracy[1:], history, strict=True):
        assert row == [f"{epoch['epoch']:.0f}", f"{100 * epoch['val_acc']:.2f}", f"{100 * epoch['acc']:.2f}"]
