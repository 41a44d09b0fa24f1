import os

import pytest
import torch

from striate.bench import measure
from striate.bench.contender import Contender
from striate.bench.measure import limited_to, race
from striate.engine.processor import available_cores


def test_contenders_take_turns_and_begin_in_turn(monkeypatch):
    monkeypatch.setattr(measure, "FAR_BEHIND", float("inf"))  # a busy machine may make a call that does nothing slow
    order = []
    contenders = [Contender(name, lambda name=name: order.append(name), list) for name in ("a", "b", "c")]
    times = race(contenders, rounds=3, turn=0.0)
    assert order == ["a", "b", "c", "b", "c", "a", "c", "a", "b"]
    assert {name: timing.calls for name, timing in times.items()} == {"a": 3, "b": 3, "c": 3}


def test_a_turn_lasts_as_long_as_asked_and_the_fastest_call_counts(monkeypatch):
    now, durations = 0.0, iter([4.0, 1.0, 2.0, 3.0, 5.0])

    def run():
        nonlocal now
        now += next(durations)

    monkeypatch.setattr(measure.time, "perf_counter", lambda: now)
    timing = race([Contender("a", run, list)], rounds=1, turn=9.5)["a"]
    assert timing == measure.Timing(best=1.0, median=2.5, calls=4)


def test_who_is_far_behind_sits_out_from_the_third_round(monkeypatch):
    now = 0.0

    def taking(*seconds):
        durations = iter(seconds)

        def run():
            nonlocal now
            now += next(durations)

        return run

    monkeypatch.setattr(measure.time, "perf_counter", lambda: now)
    contenders = [
        Contender("fast", taking(1, 1, 1), list),
        Contender("near", taking(99, 9, 9), list),
        Contender("far", taking(11, 11), list),
    ]
    times = race(contenders, rounds=3, turn=0.0)
    assert {name: timing.calls for name, timing in times.items()} == {"fast": 3, "near": 3, "far": 2}


def test_threads_are_limited_and_given_back():
    before, cores = torch.get_num_threads(), available_cores()
    with limited_to(1):
        assert torch.get_num_threads() == 1
        if hasattr(os, "sched_getaffinity"):
            assert available_cores() == 1
    assert (torch.get_num_threads(), available_cores()) == (before, cores)


def test_threads_that_are_not_there():
    cores = available_cores()
    for threads in (0, cores + 1):
        with pytest.raises(ValueError, match=rf"threads must be from 1 to the {cores} core\(s\).*, but got {threads}"):
            limited_to(threads).__enter__()
