import json
import pickle

import pytest
import torch
from torch import nn

from striate.train.distributed.checkpoints import Checkpoints, parts, restore, saved_tensors
from striate.train.distributed.processes import Processes
from striate.train.state import State, Tally


def trained(steps=3):
    """A model, its optimiser with sums, and a state."""
    torch.manual_seed(steps)
    model = nn.Sequential(nn.Conv2d(1, 2, 3), nn.BatchNorm2d(2), nn.Flatten(), nn.Linear(32, 2))
    optimizer = torch.optim.AdamW(model.parameters(), lr=0.01)
    for _ in range(steps):
        model(torch.rand(4, 1, 6, 6)).square().sum().backward()
        optimizer.step()
    row = {"epoch": 1, "loss": 0.1 + 0.2}
    return model, optimizer, State("net", {}, {}, epoch=1, step=steps, tally=Tally(1.5, 3.0, 4, 0.25), rows=[row])


def save(folder, steps=3):
    model, optimizer, state = trained(steps)
    checkpoints = Checkpoints(folder, Processes())
    checkpoints.save(state, parts(model, None, optimizer), steps)
    return checkpoints, model, optimizer, state


def test_a_checkpoint_comes_back_bit_for_bit(tmp_path):
    checkpoints, model, optimizer, state = save(tmp_path / "checkpoints")
    path, saved = checkpoints.newest()
    assert (saved.name, saved.epoch, saved.step, saved.tally, saved.rows) == ("net", 1, 3, state.tally, state.rows)
    other, fresh, _ = trained(1)
    restore(checkpoints, path, saved, (other, None, fresh), "net")
    for key, value in parts(model, None, optimizer).items():
        assert torch.equal(parts(other, None, fresh)[key], value), key


def test_the_last_two_are_kept_and_nothing_half_written(tmp_path):
    for steps in (1, 2, 3):
        checkpoints, *_ = save(tmp_path, steps)
    assert [path.name for path in checkpoints.found()] == ["000000003", "000000002"]
    assert sorted(entry.name for entry in tmp_path.iterdir()) == ["000000002", "000000003"]


def test_there_is_nothing_in_it_that_could_be_run(tmp_path):
    checkpoints, *_ = save(tmp_path)
    path, _ = checkpoints.newest()
    assert {entry.suffix for entry in path.iterdir()} == {".json", ".safetensors"}


class Bomb:
    def __reduce__(self):
        return (eval, ("(_ for _ in ()).throw(SystemExit('exploded'))",))


def test_a_malicious_pickle_in_its_place_is_refused_unexecuted(tmp_path):
    checkpoints, *_ = save(tmp_path)
    path, _ = checkpoints.newest()
    weights = next(path.glob("*.safetensors"))
    manifest = json.loads((path / "checkpoint.json").read_text())
    weights.write_bytes(pickle.dumps(Bomb()))
    (path / ".metadata").write_bytes(pickle.dumps(Bomb()))  # where other checkpoints of torch have a pickle
    with pytest.raises(SystemExit):
        pickle.loads(weights.read_bytes())
    with pytest.warns(UserWarning, match="is cut short or damaged"):
        assert checkpoints.newest() is None
    with pytest.raises(Exception, match=r"header|deserializing"):  # the reader itself, were the checksum forged
        saved_tensors(path)
    assert manifest["files"].keys() == {weights.name}


def test_the_checkpoint_of_another_model_is_refused_with_both_names(tmp_path):
    checkpoints, *_ = save(tmp_path)
    path, saved = checkpoints.newest()
    other = nn.Conv2d(1, 2, 3)
    with pytest.raises(ValueError, match=r"000000003 holds the weights of another model, 'net', .* do not fit 'conv'"):
        restore(checkpoints, path, saved, (other, None, torch.optim.SGD(other.parameters())), "conv")
