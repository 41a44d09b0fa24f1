from hashlib import sha256

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from striate.train.state import State, Tally


def example():
    return State(
        "tiny",
        {"weight": torch.arange(6.0).reshape(2, 3), "count": torch.tensor(5)},
        {"state": {0: {"step": torch.tensor(3.0)}}, "param_groups": [{"lr": 0.1, "params": [0]}]},
        average={"module.weight": torch.arange(6.0).reshape(2, 3) / 2, "n_averaged": torch.tensor(4)},
        epoch=2,
        step=17,
        tally=Tally(1.5, 30, 64, 0.25),
        rows=[{"epoch": 1, "loss": 0.5}, {"epoch": 2, "loss": 0.1}],
    )


def same(one, other):
    return (
        (one.name, one.optimizer, one.epoch, one.step, one.tally, one.rows)
        == (other.name, other.optimizer, other.epoch, other.step, other.tally, other.rows)
        and one.model.keys() == other.model.keys()
        and all(torch.equal(one.model[key], other.model[key]) for key in one.model)
        and one.average.keys() == other.average.keys()
        and all(torch.equal(one.average[key], other.average[key]) for key in one.average)
    )


@pytest.fixture(scope="module")
def saved(tmp_path_factory):
    path = tmp_path_factory.mktemp("state") / "state.pt"
    example().save(path)
    return path


def test_a_state_comes_back(saved):
    assert same(State.load(saved), example())
    assert torch.load(saved, weights_only=True)["step"] == 17


@given(data=st.data())
def test_any_damage_is_found(saved, data):
    content = bytearray(saved.read_bytes())
    place = data.draw(st.integers(0, len(content) - 1))
    content[place] ^= data.draw(st.integers(1, 255))
    path = saved.with_name("damaged.pt")
    path.write_bytes(content)
    with pytest.raises(ValueError, match=r"damaged\.pt is cut short, damaged or no state of a run"):
        State.load(path)


@given(data=st.data())
def test_a_truncated_file_is_named(saved, data):
    content = saved.read_bytes()
    path = saved.with_name("short.pt")
    path.write_bytes(content[: data.draw(st.integers(0, len(content) - 1))])
    with pytest.raises(ValueError, match=r"short\.pt is cut short, damaged or no state of a run"):
        State.load(path)


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"state\.pt is missing: without it the run cannot go on"):
        State.load(tmp_path / "state.pt")


def save_checked(path, content):
    torch.save(content, path)
    path.write_bytes(path.read_bytes() + sha256(path.read_bytes()).digest())


@pytest.mark.parametrize("content", [torch.ones(3), {"format": "other"}, {"epoch": 1}])
def test_a_file_of_torch_that_is_no_state_is_named(tmp_path, content):
    torch.save(content, tmp_path / "state.pt")
    with pytest.raises(ValueError, match=r"state\.pt is cut short, damaged or no state of a run"):
        State.load(tmp_path / "state.pt")
    save_checked(tmp_path / "state.pt", content)
    with pytest.raises(ValueError, match=r"state\.pt is not the state of a striate run \(of this version\)"):
        State.load(tmp_path / "state.pt")


class Bomb:
    def __reduce__(self):
        return (eval, ("(_ for _ in ()).throw(SystemExit('exploded'))",))


def test_nothing_in_the_file_is_run(tmp_path):
    path = tmp_path / "state.pt"
    save_checked(path, {"format": Bomb()})
    with pytest.raises(SystemExit):
        torch.load(path, weights_only=False)
    with pytest.raises(ValueError, match=r"state\.pt holds what a state never does"):
        State.load(path)
