import pytest
import torch

from striate.bench import benchmark as module
from striate.bench.benchmark import benchmark, floor_of
from striate.bench.contender import CannotRunError, Contender
from striate.bench.peers import PEERS, eager
from striate.engine.problem import Problem

TINY = Problem.parse('b3 c4 o6 g2 i7x6 k3x3 s2x1 p1:1x0:1 "tiny"')


def rows_of(problem, ceilings, **settings):
    settings = {"network": "net", "peers": ["torch"], "threads": 1, "rounds": 1, "turn": 0.0} | settings
    return list(benchmark([problem], ceilings, **settings))


def test_a_row_for_each_batch_direction_and_layout(ceilings):
    rows = rows_of(TINY, ceilings)
    assert [(row.batch, row.direction, row.layout) for row in rows] == [
        (batch, direction, layout)
        for batch in (1, 3)
        for direction in ("forward", "train")
        for layout in ("nchw", "nhwc")
    ]
    assert [row.problem for row in rows[:2]] == [
        'b1 c4 o6 g2 i7x6 k3x3 s2x1 p1:1x0:1 "tiny"',
        'b1 c4 o6 g2 i7x6 k3x3 s2x1 p1:1x0:1 nhwc "tiny"',
    ]
    assert all(set(row.peers) == {"torch nchw", "torch nhwc"} and row.ours.best > 0 for row in rows)


def test_one_axis_is_contiguous_and_torchs_two_layouts_still_run(ceilings):
    rows = rows_of(Problem.parse("b2 c4 o4 g4 i50 k5 d2 p8:0"), ceilings, batches=[2])
    assert [(row.direction, row.layout) for row in rows] == [("forward", "nchw"), ("train", "nchw")]
    assert set(rows[1].peers) == {"torch nchw", "torch nhwc"}


@pytest.mark.parametrize("border", ["mreflect", "mreplicate", "mcircular", "mconstant v1.5", "f64"])
def test_every_border_that_torch_has_and_double(ceilings, border):
    rows = rows_of(Problem.parse(f"b2 c2 o3 i6x5 k3x3 p2:1x1:2 {border}"), ceilings, batches=[2])
    assert len(rows) == 4
    assert all(row.times_torch > 0 for row in rows)


def test_a_border_that_torch_does_not_have_leaves_it_out(ceilings):
    said = []
    rows = rows_of(Problem.parse("b2 c2 o3 i6x5 k3x3 p2:1x1:2 msymmetric"), ceilings, batches=[2], left_out=said.append)
    assert [row.times_best for row in rows] == [None] * 4
    assert said[0] == (
        "torch is left out of b2 c2 o3 i6x5 k3x3 p2:1x1:2 msymmetric forward: torch does not pad by symmetric"
    )


def test_the_kernel_is_named_and_can_be_forced(ceilings):
    (row,) = rows_of(TINY, ceilings, kernel="torch", directions=["train"], layouts=["nhwc"], batches=[1])
    assert (row.kernel, row.direction, row.layout) == ("torch", "train", "nhwc")


@pytest.mark.parametrize("which", [0, 1, 2])
def test_a_peer_that_computes_something_wrong_stops_the_benchmark(ceilings, monkeypatch, which):
    def wrong(operands, gradients, threads):
        right, _ = eager.contenders(operands, gradients, threads)

        def run():
            results = [result.clone() for result in right.run()]
            results[which].flatten()[-1] += 1
            return results

        return [Contender("liar", run, list)]

    monkeypatch.setitem(PEERS, "liar", wrong)
    name = ("output", "grad_input", "grad_weight")[which]
    with pytest.raises(RuntimeError, match=f"liar is wrong on b1 c4 .*: {name} at "):
        rows_of(TINY, ceilings, peers=["torch", "liar"], directions=["train"])


def test_ours_is_checked_as_well(ceilings, monkeypatch):
    convolve = module.ours.conv
    monkeypatch.setattr(module.ours, "conv", lambda *args, **border: convolve(*args, **border).roll(1, -1))
    with pytest.raises(RuntimeError, match="striate nchw is wrong on b1 c4"):
        rows_of(TINY, ceilings)


def test_a_peer_that_forgets_a_gradient_stops_the_benchmark(ceilings, monkeypatch):
    def forgetful(operands, *_):
        return [Contender("forgetful", lambda: operands.exact[:2], list)]

    monkeypatch.setitem(PEERS, "forgetful", forgetful)
    with pytest.raises(RuntimeError, match="forgetful gave 2 results for b1 c4"):
        rows_of(TINY, ceilings, peers=["forgetful"], directions=["train"])


def test_a_peer_that_cannot_is_left_out(ceilings, monkeypatch):
    def unable(*_):
        raise CannotRunError("it is Sunday")

    said = []
    monkeypatch.setitem(PEERS, "unable", unable)
    rows = rows_of(TINY, ceilings, peers=["unable"], left_out=said.append, layouts=["nchw"], batches=[1])
    assert [row.best_peer for row in rows] == [None, None]
    assert [text.partition(": ")[2] for text in said] == ["it is Sunday", "it is Sunday"]


def test_the_floor_of_forward_and_of_all_three(ceilings):
    problem = Problem.parse("b1 c64 o64 i100x100 k3x3 p1:1x1:1")
    operations = 2 * 64 * 64 * 9 * 10_000
    assert floor_of(problem, False, ceilings) == (pytest.approx(operations / 1e9), "operations")
    assert floor_of(problem, True, ceilings) == (pytest.approx(3 * operations / 1e9), "operations")
    depthwise = Problem.parse("b8 c64 o64 g64 i512x512 k1x1")
    moved = 4 * (2 * 8 * 64 * 512 * 512 + 64)
    assert floor_of(depthwise, False, ceilings) == (pytest.approx(moved / 2e9), "bytes")


def test_the_layout_is_the_one_asked_for():
    from striate.bench.exact import operands

    drawn = operands(TINY, gradients=True)
    for layout, memory_format in (("nchw", torch.contiguous_format), ("nhwc", torch.channels_last)):
        contender = module.ours.contender(drawn, layout, True)
        output, grad_input, _ = contender.run()
        assert output.is_contiguous(memory_format=memory_format)
        assert grad_input.is_contiguous(memory_format=memory_format)
