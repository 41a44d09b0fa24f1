"""A malicious pickle is refused unexecuted, wherever a file of ours is expected."""

import io
import json
import os
import pickle
import shutil
import zipfile
from hashlib import sha256

import pytest
import torch
from samples import bars

from striate.train import Predictor, Run, fit, predict
from striate.train.state import State


class Payload:
    """Makes a folder when it is unpickled."""

    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return os.mkdir, (self.path,)


def plain(payload):
    return pickle.dumps(payload)


def saved(payload):
    buffer = io.BytesIO()
    torch.save({"model": payload}, buffer)
    return buffer.getvalue()


def with_checksum(payload):
    content = saved(payload)
    return content + sha256(content).digest()


def archive(payload):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as file:
        file.writestr("model/data/constants/model_constants_config.json", json.dumps({"config": {}}))
        file.writestr("model/data/sample_inputs/model.pt", saved(payload))
    return buffer.getvalue()


@pytest.fixture
def payload(tmp_path):
    payload = Payload(str(tmp_path / "executed"))
    yield payload
    assert not (tmp_path / "executed").exists()


def test_the_payload_would_run(tmp_path):
    pickle.loads(plain(Payload(str(tmp_path / "executed"))))
    assert (tmp_path / "executed").is_dir()


@pytest.mark.parametrize("form", [plain, saved, with_checksum, archive])
@pytest.mark.parametrize("name", ["model.pt2", "model.pt", "model.pkl", "model.onnx", "model.safetensors", "model"])
def test_as_a_file(payload, form, name, tmp_path):
    (tmp_path / name).write_bytes(form(payload))
    with pytest.raises((ValueError, FileNotFoundError), match=f"{name}"):
        predict(tmp_path / name, torch.rand(1, 1, 16, 16))


@pytest.mark.parametrize("form", [plain, saved, with_checksum, archive])
def test_within_a_run(payload, form, tmp_path, bars_run):
    shutil.copytree(bars_run.run, tmp_path / "run")
    state = tmp_path / "run" / "state.pt"
    state.write_bytes(form(payload))
    with pytest.raises(ValueError, match=r"state\.pt"):
        State.load(state)
    (tmp_path / "run" / "metrics.json").unlink()
    with pytest.raises(ValueError, match=r"state\.pt"):
        fit("lenet5-modern", bars(size=16), epochs=3, threads=1, output=tmp_path / "run", resume=True)
    for name in ("model.safetensors", "config.json"):
        (tmp_path / "run" / name).write_bytes(form(payload))
        with pytest.raises(ValueError, match=name):
            Predictor.open(tmp_path / "run")
        shutil.copy(bars_run.run / name, tmp_path / "run" / name)
    assert Run.open(tmp_path / "run").load_model() is not None
