import wave

import numpy as np
import pytest
import torch

from striate.data.sounds import load_sounds


def put(path, samples, *, rate=8000, channels=1, level=1):
    path.parent.mkdir(parents=True, exist_ok=True)
    with wave.open(str(path), "wb") as file:
        file.setparams((channels, 2, rate, 0, "NONE", ""))
        file.writeframes(np.full((samples, channels), 1000 * level, "<i2").tobytes())


def test_the_files_of_a_class_are_of_it_all_through(tmp_path):
    for name, level in (("bark", 1), ("meow", 2)):
        for number in range(5):
            put(tmp_path / name / f"{number}.wav", 25, level=level)
    data = load_sounds(tmp_path, length=10)
    assert data.classes == ("bark", "meow")
    assert data.train.inputs.shape == (2 * 4 * 3, 1, 10)  # 25 samples are two pieces, and one that overlaps
    assert data.test.inputs.shape == (2 * 3, 1, 10)
    for part in (data.train, data.test):
        assert torch.equal((part.inputs[:, 0] * 32768 / 1000).round().long() - 1, part.labels)


def test_label_tracks_name_samples_and_the_last_fifth_is_held_out(tmp_path):
    put(tmp_path / "a.wav", 100, rate=100)
    (tmp_path / "a.txt").write_text("0.1\t0.3\tbark\n0.85\t0.9\tmeow\n")
    data = load_sounds(tmp_path)
    assert data.classes == ("nothing", "bark", "meow")
    assert data.train.labels.shape == (4, 20)
    assert data.train.labels.flatten().nonzero().flatten().tolist() == list(range(10, 30))
    assert data.test.labels.tolist() == [[0] * 5 + [2] * 5 + [0] * 10]


def test_the_shortest_signal_bounds_a_piece_and_channels_are_averaged(tmp_path):
    for name in "ab":
        for number, samples in enumerate((30, 12)):
            put(tmp_path / name / f"{number}.wav", samples, channels=2)
    assert load_sounds(tmp_path).train.inputs.shape[1:] == (1, 12)
    assert load_sounds(tmp_path, channels=2).keywords["in_channels"] == 2
    with pytest.raises(ValueError, match=r"\.wav: 2 channels, but channels was given as 3"):
        load_sounds(tmp_path, channels=3)


def test_what_cannot_be_learnt_from_is_refused(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"no folder '.*absent', and no sounds of that name; known: 'speech'"):
        load_sounds(tmp_path / "absent")
    with pytest.raises(FileNotFoundError, match=r"expected a folder of sounds for each class \(or sounds with"):
        load_sounds(tmp_path)
    put(tmp_path / "a.wav", 50)
    with pytest.raises(FileNotFoundError, match=r"no label track a\.txt beside it; label the sound, in Audacity"):
        load_sounds(tmp_path)
    (tmp_path / "a.txt").write_text("")
    with pytest.raises(ValueError, match="the label tracks name no class"):
        load_sounds(tmp_path)
    put(tmp_path / "b.wav", 50, rate=16000)
    (tmp_path / "b.txt").write_text("0\t1\tbark\n")
    with pytest.raises(ValueError, match=r"b\.wav: 16000 samples a second, but a\.wav has 8000"):
        load_sounds(tmp_path)
