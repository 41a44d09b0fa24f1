import pytest

from striate.train import History
from striate.train.history import COLUMNS
from striate.view import learning_curves


def history(epochs):
    return History(
        [
            dict(zip(COLUMNS, (e, 1 / e, 1 - 0.2 / e, 0.5 / e, 1 - 0.1 / e, 1e-3, 2.0, 99.0), strict=True))
            for e in range(1, epochs + 1)
        ]
    )


def lines(axes):
    return {line.get_label(): line.get_ydata().tolist() for line in axes.lines}


def test_both_panels_show_training_and_test(tmp_path):
    picture = learning_curves(history(3))
    assert picture.array["val_loss"] == [0.5, 0.25, 0.5 / 3]
    loss, accuracy = picture.figure.axes
    assert lines(loss) == {"training": [1, 0.5, 1 / 3], "test": [0.5, 0.25, 0.5 / 3]}
    assert lines(accuracy) == {
        "training": pytest.approx([80, 90, 100 - 20 / 3]),
        "test": pytest.approx([90, 95, 100 - 10 / 3]),
    }
    assert loss.get_title(loc="left") == "Loss"
    assert [text.get_text() for text in accuracy.texts] == ["96.67"]
    picture.save(tmp_path / "curves.png")  # nothing warns, with one epoch or many
    learning_curves(history(1)).save(tmp_path / "one.png")


def test_the_epochs_axis_has_whole_numbers_up_to_the_last():
    for epochs in (1, 7, 40):
        ticks = learning_curves(history(epochs)).figure.axes[0].get_xticks().tolist()
        assert max(ticks) == epochs
        assert len(ticks) <= 10
        assert all(1 <= tick == int(tick) for tick in ticks)


def test_a_log_is_read(tmp_path):
    history(4).write_csv(tmp_path / "log.csv")
    drawn = lines(learning_curves(tmp_path / "log.csv").figure.axes[0])
    assert drawn["test"] == pytest.approx([0.5, 0.25, 0.5 / 3, 0.125], abs=1e-6)


def test_an_empty_history_is_refused():
    with pytest.raises(ValueError, match="the history has no epoch to draw"):
        learning_curves(History())
