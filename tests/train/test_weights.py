import json
import struct

import pytest
import torch
from safetensors.torch import load_file, save_file
from samples import BarNet, same_weights
from torch import nn

from striate.models import create
from striate.train.weights import load_encoder, load_weights, save_weights


@pytest.fixture
def path(tmp_path):
    path = tmp_path / "model.safetensors"
    save_weights(path, BarNet(seed=1), "BarNet")
    return path


def test_weights_come_back_bit_for_bit_and_any_reader_has_them(path):
    model = BarNet(seed=2)
    load_weights(path, model, "BarNet")
    assert same_weights(model, BarNet(seed=1))
    assert load_file(path).keys() == model.state_dict().keys()


def test_the_same_weights_give_the_same_file(path, tmp_path):
    for number in range(8):
        save_weights(tmp_path / "again", BarNet(seed=1), "BarNet")
        assert (tmp_path / "again").read_bytes() == path.read_bytes(), number


def test_layouts_and_tied_weights_are_kept_as_values(tmp_path):
    model = nn.Sequential(nn.Conv2d(3, 4, 3), nn.Linear(5, 5), nn.Linear(5, 5)).to(memory_format=torch.channels_last)
    model[2].weight = model[1].weight
    save_weights(tmp_path / "tied", model, "tied")
    loaded = nn.Sequential(nn.Conv2d(3, 4, 3), nn.Linear(5, 5), nn.Linear(5, 5)).to(memory_format=torch.channels_last)
    load_weights(tmp_path / "tied", loaded, "tied")
    assert same_weights(loaded, model)
    assert loaded[0].weight.is_contiguous(memory_format=torch.channels_last)


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"model\.safetensors is missing"):
        load_weights(tmp_path / "model.safetensors", BarNet(), "BarNet")


@pytest.mark.parametrize(
    "content", [b"", b"PK\x03\x04 something else", b"\x80\x04.", struct.pack("<Q", 2) + b"{}garbage"]
)
def test_a_foreign_file_is_named(tmp_path, content):
    path = tmp_path / "model.safetensors"
    path.write_bytes(content)
    with pytest.raises(ValueError, match=r"model\.safetensors is cut short, damaged or no safetensors file"):
        load_weights(path, BarNet(), "BarNet")


@pytest.mark.parametrize("kept", [4, 40, 900, -1])
def test_a_truncated_file_is_named(path, kept):
    path.write_bytes(path.read_bytes()[:kept])
    with pytest.raises(ValueError, match=r"model\.safetensors is cut short"):
        load_weights(path, BarNet(), "BarNet")


def test_a_flipped_bit_in_a_weight_is_found_and_the_model_left_alone(path):
    content = bytearray(path.read_bytes())
    content[-7] ^= 1
    path.write_bytes(content)
    model = BarNet(seed=2)
    with pytest.raises(ValueError, match=r"model\.safetensors is damaged: its weights do not have the checksum"):
        load_weights(path, model, "BarNet")
    assert same_weights(model, BarNet(seed=2))


def test_weights_that_another_tool_wrote_need_no_checksum(tmp_path):
    save_file(BarNet(seed=1).state_dict(), tmp_path / "other")
    model = BarNet(seed=2)
    load_weights(tmp_path / "other", model, "BarNet")
    assert same_weights(model, BarNet(seed=1))


def test_another_models_weights_are_refused_with_both_names(path):
    with pytest.raises(
        ValueError,
        match=r"another model, 'BarNet', which do not fit 'Wider': 6\.bias has shape \(2,\), expected \(3,\)",
    ):
        load_weights(path, BarNet(classes=3), "Wider")
    with pytest.raises(ValueError, match=r"do not fit 'Linear'.*\(and \d+ more differ\)"):
        load_weights(path, nn.Linear(3, 3), "Linear")


def test_the_file_says_whose_weights_it_holds(path):
    content = path.read_bytes()
    (length,) = struct.unpack("<Q", content[:8])
    metadata = json.loads(json.loads(content[8 : 8 + length])["__metadata__"]["striate"])
    assert metadata["model"] == "BarNet"
    assert len(metadata["sha256"]) == 64


@pytest.fixture
def pretrained(tmp_path):
    path = tmp_path / "pretrained.safetensors"
    save_weights(path, create("fcmae-mini"), "fcmae-mini")
    return path


def test_of_a_pretrained_model_the_encoder_is_taken_and_nothing_else(pretrained):
    model = create("convnext-v2-mini")
    before = {key: value.clone() for key, value in model.state_dict().items()}
    load_encoder(pretrained, model, "convnext-v2-mini")
    theirs = load_file(pretrained)
    for key, value in model.state_dict().items():
        assert torch.equal(value, theirs[key] if key.startswith("encoder.") else before[key]), key
    assert not torch.equal(model.encoder.patches.weight, before["encoder.patches.weight"])


def test_an_encoder_that_does_not_fit_leaves_the_model_alone(pretrained):
    model = create("convnext-v2-mini", in_channels=3)
    before = {key: value.clone() for key, value in model.state_dict().items()}
    message = r"of another model, 'fcmae-mini', which do not fit \"convnext-v2-mini's encoder\": patches.weight has"
    with pytest.raises(ValueError, match=message):
        load_encoder(pretrained, model, "convnext-v2-mini")
    assert all(torch.equal(value, before[key]) for key, value in model.state_dict().items())


def test_a_model_or_a_file_without_an_encoder_is_named(pretrained, path):
    with pytest.raises(ValueError, match="'BarNet' has no encoder that could begin with the weights of 'fcmae-mini'"):
        load_encoder(pretrained, BarNet(), "BarNet")
    with pytest.raises(ValueError, match="of 'BarNet', which has no encoder; 'convnext-v2-mini' cannot begin with it"):
        load_encoder(path, create("convnext-v2-mini"), "convnext-v2-mini")


def test_an_encoders_file_is_checked_as_any(pretrained):
    content = bytearray(pretrained.read_bytes())
    content[-3] ^= 1
    pretrained.write_bytes(content)
    with pytest.raises(ValueError, match="is damaged: its weights do not have the checksum"):
        load_encoder(pretrained, create("convnext-v2-mini"), "convnext-v2-mini")
