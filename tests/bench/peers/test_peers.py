import sys
from functools import partial

import pytest
import torch

from striate.bench.contender import CannotRunError
from striate.bench.exact import operands
from striate.bench.peers import PEERS, missing
from striate.engine.problem import Problem

# What each peer must know, at least: every feature of the problem files.
PROBLEMS = (
    "b2 c3 o4 i9x8 k3x3 s2x2 p1:1x1:1",
    "b2 c4 o8 g2 i9x8 k3x2 s1x2 d2x1 p0:1x1:0",
    "b1 c4 o4 g4 i7x7 k5x5 p2:2x2:2",
    "b2 c3 o4 i20 k3 d4 p8:0",
    "b1 c2 o2 g2 i20 k5 s2 p2:2",
    "b1 c3 o2 i4x5x6 k3x3x3 p1:1x1:1x1:1",
)
DIFFERENTIABLE = {"torch", "compile", "jax"}


@pytest.mark.parametrize("text", PROBLEMS)
@pytest.mark.parametrize("gradients", [False, True])
@pytest.mark.parametrize("peer", sorted(set(PEERS) - {"compile"}))
def test_every_peer_is_right(peer, gradients, text):
    for package in missing(peer):
        pytest.skip(f"{package} is not installed")
    drawn = operands(Problem.parse(text), gradients=gradients)
    if gradients and peer not in DIFFERENTIABLE:
        with pytest.raises(CannotRunError, match="computes no gradients"):
            PEERS[peer](drawn, gradients, 1)
        return
    contenders = PEERS[peer](drawn, gradients, 1)
    assert {contender.name.partition(" ")[0] for contender in contenders} == {peer}
    for contender in contenders:
        for _ in range(2):  # a second run must not add to the first
            results = contender.tensors(contender.run())
            assert len(results) == (3 if gradients else 1)
            drawn.check(contender.name, results)


@pytest.mark.parametrize("text", ["b1 c2 o2 i9 k3 p1:1 mreflect", "b1 c2 o2 i9 k3 f64"])
@pytest.mark.parametrize("peer", ["jax", "onnxruntime", "openvino"])
def test_what_a_peer_does_not_know(peer, text):
    drawn = operands(Problem.parse(text), gradients=False)
    with pytest.raises(CannotRunError, match="runs float32 with zeros outside"):
        PEERS[peer](drawn, False, 1)


def test_torch_has_one_border_rule_a_call():
    drawn = operands(Problem.parse("b1 c2 o2 i9x9 k3x3 p1:1x1:1 mreflectxcircular"), gradients=False)
    with pytest.raises(CannotRunError, match="torch does not pad by circular, reflect"):
        PEERS["torch"](drawn, False, 1)


def test_compiled(monkeypatch):
    # inductor, the default, calls the same operator after 20 s of compiling
    monkeypatch.setattr(torch, "compile", partial(torch.compile, backend="aot_eager"))
    drawn = operands(Problem.parse(PROBLEMS[0]), gradients=True)
    contenders = PEERS["compile"](drawn, True, 1)
    assert [contender.name for contender in contenders] == ["compile nchw", "compile nhwc"]
    for contender in contenders:
        drawn.check(contender.name, contender.tensors(contender.run()))


def test_what_is_missing_is_named(monkeypatch):
    monkeypatch.setattr(sys, "path", [])
    monkeypatch.setattr(sys, "path_importer_cache", {})
    for package in ("onnxruntime", "onnx", "openvino", "jax"):
        monkeypatch.delitem(sys.modules, package, raising=False)
    assert missing("onnxruntime") == ("onnxruntime", "onnx")
    assert missing("openvino") == ("openvino",)
    assert missing("torch") == ()
