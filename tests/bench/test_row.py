import math

import pytest

from striate.bench.measure import Timing
from striate.bench.row import Row, geometric_means


def row(ours, peers, direction="forward", layout="nhwc", floor=0.5):
    times = {name: Timing(best, 2 * best, 3) for name, best in peers.items()}
    return Row(
        "net", "b1 c1 o1 i8 k3", "a", 1, direction, layout, "direct", Timing(ours, ours, 3), times, floor, "bytes"
    )


def test_ratios():
    one = row(2.0, {"torch nchw": 8.0, "torch nhwc": 5.0, "jax nchw": 4.0})
    assert (one.best_peer, one.times_best, one.times_torch, one.share_of_floor) == ("jax nchw", 2.0, 2.5, 0.25)


def test_without_peers():
    one = row(2.0, {})
    assert (one.best_peer, one.times_best, one.times_torch) == (None, None, None)


def test_geometric_means_by_direction():
    rows = [
        row(1.0, {"torch nhwc": 2.0, "jax nhwc": 1.0}),
        row(1.0, {"torch nhwc": 8.0}, floor=0.125),
        row(1.0, {}, floor=0.5),
        row(2.0, {"openvino": 1.0}, direction="train"),
    ]
    means = geometric_means(rows)
    assert means["forward"]["times_torch"] == pytest.approx(4.0)
    assert means["forward"]["times_best"] == pytest.approx(math.sqrt(8))
    assert means["forward"]["share_of_floor"] == pytest.approx((0.5 * 0.125 * 0.5) ** (1 / 3))
    assert means["train"] == pytest.approx({"times_best": 0.5, "times_torch": None, "share_of_floor": 0.25})


def test_as_dict_is_consistent():
    written = row(2.0, {"torch nchw": 8.0}).as_dict()
    assert written["ours"] == {"best": 2.0, "median": 2.0, "calls": 3}
    assert written["peers"]["torch nchw"]["best"] / written["ours"]["best"] == written["times_best"]
    assert written["floor"] / written["ours"]["best"] == written["share_of_floor"]
