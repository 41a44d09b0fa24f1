import pytest
from hypothesis import given
from hypothesis import strategies as st
from torch.distributed import HashStore

from striate.train.distributed.processes import Processes, joined, launched


@given(samples=st.integers(0, 40), count=st.integers(1, 9))
def test_every_sample_is_seen_once_unless_there_are_fewer_than_processes(samples, count):
    shares = [list(range(samples))[Processes(rank, count).share(samples)] for rank in range(count)]
    if samples < count:
        assert shares == [list(range(samples))] * count
    else:
        assert [number for share in shares for number in share] == list(range(samples))
        assert max(map(len, shares)) - min(map(len, shares)) <= 1


def test_one_process_agrees_with_itself():
    alone = Processes()
    assert alone.leader
    assert alone.sums(1.5, 2) == [1.5, 2]
    assert alone.any(True, False) == [True, False]
    assert alone.agreed("this") == alone.first("this") == "this"
    alone.note("path", "runs/net-1")
    assert alone.noted("path") is None  # nobody starts it anew


def test_what_is_noted_is_read_by_those_that_are_started_anew():
    store = HashStore()
    assert Processes(store=store).noted("path") is None
    Processes(store=store).note("path", "runs/net-1")
    assert Processes(store=store).noted("path") == "runs/net-1"


def test_torchrun_is_known_by_its_variables(monkeypatch):
    assert not launched()
    for name, value in (("RANK", "1"), ("WORLD_SIZE", "2"), ("MASTER_ADDR", "localhost"), ("MASTER_PORT", "1")):
        monkeypatch.setenv(name, value)
    assert launched()


def test_without_torchrun_there_is_no_group():
    assert joined() == Processes()


def test_sharding_asks_for_torchrun():
    from samples import BarNet, bars

    from striate.train import fit

    with pytest.raises(ValueError, match="fsdp shards a model over processes: start them with torchrun"):
        fit(BarNet(), bars(), fsdp=True)
