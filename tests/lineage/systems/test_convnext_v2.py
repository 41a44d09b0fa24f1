from statistics import mean

import pytest
from samples import bars

from striate.lineage.systems.convnext_v2 import SYSTEM, compare, figures, pretrain, tune


@pytest.fixture(scope="module")
def data():
    return bars(96)


def test_each_number_of_labels_has_its_accuracies_and_its_margin(data):
    found = list(figures(data, seen=48, passes={2: 1, 4: 1}, seeds=2))
    assert [figure.what for figure in found] == [
        "squared error of hidden patches, whose variance is 1",
        *(
            line
            for each in (2, 4)
            for what in ("accuracy from scratch", "accuracy from the pretrained encoder", "margin of pretraining")
            for line in (f"bars, {each} labels a class: {what}", "standard deviation over 2 seeds")
        ),
    ]
    for scratch, pretrained, margin in (found[1:6:2], found[7:12:2]):
        assert margin.value == pytest.approx(pretrained.value - scratch.value)
        assert margin.at_least == 0.0
        assert margin.headline


def test_all_but_the_encoder_is_the_same_in_both(data, tmp_path):
    """The accuracies are those of the same labels, passes and seeds, in the order of the seeds."""
    for seed in range(2):
        pretrain(data, tmp_path / str(seed), seed=seed, seen=24)
    runs = [tmp_path / "0", tmp_path / "1"]
    found = compare(data, runs, 3, 2)
    assert found.scratch == tuple(tune(data, 3, 2, seed=seed) for seed in range(2))
    assert found.pretrained == tuple(tune(data, 3, 2, seed=seed, start=run) for seed, run in enumerate(runs))
    assert mean(found.margins) == pytest.approx(mean(found.pretrained) - mean(found.scratch))


def test_the_published_sizes_are_within_their_bounds():
    measured = SYSTEM.measure(True)
    found = [next(measured) for _ in range(3)]
    assert [(figure.what, figure.text, figure.holds) for figure in found] == [
        ("parameters of atto", "3.7 M", True),
        ("parameters of tiny", "28.6 M", True),
        ("parameters of base", "89 M", True),
    ]
