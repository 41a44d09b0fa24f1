import pytest
import torch

from striate.data.speech import FORMANTS, RATE, SOUNDS, speak, speech
from striate.data.speech import _sound as make_sound


def test_signals_are_of_their_seed_and_within_bounds():
    signals, names = speak(3, 2000, seed=5)
    again, named = speak(3, 2000, seed=5)
    assert torch.equal(signals, again)
    assert torch.equal(names, named)
    assert not torch.equal(signals, speak(3, 2000, seed=6)[0])
    assert signals.abs().max() <= 1
    assert (signals.dtype, names.dtype) == (torch.float32, torch.int64)


def test_every_sound_is_heard_and_silence_is_quiet():
    signals, names = speak(40, 4000)
    assert names.unique().tolist() == list(range(len(SOUNDS)))
    loud = [float(signals[:, 0][names == name].std()) for name in range(len(SOUNDS))]
    assert loud[0] < 0.06  # the noise that lies over everything
    assert min(loud[1:]) > 2 * loud[0]


@pytest.mark.parametrize("vowel", FORMANTS)
def test_a_vowel_resonates_at_its_formants(vowel):
    sound = make_sound(vowel, 4000, 100.0, 1.0, torch.Generator().manual_seed(0))
    power = torch.fft.rfft(sound * torch.hann_window(4000)).abs().square()
    hertz = torch.arange(len(power)) * RATE / 4000

    def level(frequency):
        return power[(hertz - frequency).abs() < 100].sum()

    first, second, third = FORMANTS[vowel]
    assert abs(float(hertz[power.argmax()]) - first) < 130  # a harmonic of the pitch is not farther from it
    assert level(first) > level((second + third) / 2)
    assert level(second) > level(0.55 * second + 0.45 * third)


def test_a_hiss_has_no_pitch_and_a_tone_one_frequency():
    generator = torch.Generator().manual_seed(0)
    hiss, tone = (make_sound(name, 4000, 100.0, 1.0, generator) for name in ("hiss", "tone"))
    powers = [torch.fft.rfft(sound * torch.hann_window(4000)).abs().square() for sound in (hiss, tone)]
    shares = [float(power.topk(5).values.sum() / power.sum()) for power in powers]
    assert shares[0] < 0.1
    assert shares[1] > 0.99


def test_the_test_signals_are_others():
    data = speech()
    assert (data.name, data.unit, data.classes) == ("speech", "signals", SOUNDS)
    assert not (data.test.inputs[:, None, 0, :99] == data.train.inputs[None, :, 0, :99]).all(2).any()


@pytest.mark.parametrize(("sizes", "message"), [((0, 9), "signals must be"), ((9, 0), "samples must be at least 1")])
def test_nothing_is_refused(sizes, message):
    with pytest.raises(ValueError, match=message):
        speak(*sizes)
