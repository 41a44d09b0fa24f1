import struct
import wave

import numpy as np
import pytest
import torch

from striate.data.wav import read_wav


def put(path, width, values, rate=16000):
    """A WAV file of integers (time, channels), written byte by byte."""
    values = np.asarray(values)
    content = b"".join(
        (int(v) + (128 if width == 1 else 0)).to_bytes(width, "little", signed=width > 1) for v in values.flat
    )
    with wave.open(str(path), "wb") as file:
        file.setparams((values.shape[1], width, rate, 0, "NONE", ""))
        file.writeframes(content)
    return path


@pytest.mark.parametrize("width", [1, 2, 3, 4])
def test_every_width_gives_the_share_of_full_scale(tmp_path, width):
    full = 2 ** (8 * width - 1)
    values = [[-full, full - 1], [0, 1], [full // 2, -full // 4], [-1, 3]]
    signal, rate = read_wav(put(tmp_path / "a.wav", width, values))
    assert rate == 16000
    assert torch.equal(signal, (torch.tensor(values, dtype=torch.float64).T / full).float())


def test_a_missing_file(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"path: no WAV file '.*absent\.wav'"):
        read_wav(tmp_path / "absent.wav")


def test_samples_that_are_not_pcm_are_refused_with_the_mend(tmp_path):
    path = put(tmp_path / "a.wav", 4, [[1], [2]])
    content = bytearray(path.read_bytes())
    content[20:22] = struct.pack("<H", 3)  # the format's number of floats
    path.write_bytes(content)
    with pytest.raises(ValueError, match=r"a\.wav: not a WAV file of PCM samples \(unknown format: 3\); .*pcm_s16le"):
        read_wav(path)


@pytest.mark.parametrize(
    ("cut", "message"),
    [(slice(0, 5), "not a WAV file of PCM samples"), (slice(0, -6), "holds 8 samples a channel, but has 5")],
)
def test_a_damaged_file_is_named(tmp_path, cut, message):
    path = put(tmp_path / "a.wav", 2, [[1]] * 8)
    path.write_bytes(path.read_bytes()[cut])
    with pytest.raises(ValueError, match=rf"a\.wav: .*{message}"):
        read_wav(path)


def test_a_file_of_nothing(tmp_path):
    with pytest.raises(ValueError, match=r"a\.wav: it holds no samples"):
        read_wav(put(tmp_path / "a.wav", 2, np.zeros((0, 1))))
