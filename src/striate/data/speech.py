"""Sound made by rule: words of vowels and hisses by many voices, tones, silence and noise, named at every sample."""

import math
from collections.abc import Callable, Sequence

import torch
from torch import Tensor

from striate.arithmetic.arguments import integer

from .labelled import Labelled, LabelledData
from .sampling import stream

RATE = 8000  # samples a second, those of a telephone

# The first three formants of men's vowels in Hz; Peterson and Barney, "Control methods used in a study of the vowels",
# J. Acoust. Soc. Am. 24, 1952, table II.
FORMANTS = {
    "ee": (270.0, 2290.0, 3010.0),
    "eh": (530.0, 1840.0, 2480.0),
    "ah": (730.0, 1090.0, 2440.0),
    "aw": (570.0, 840.0, 2410.0),
    "oo": (300.0, 870.0, 2240.0),
}
SOUNDS = ("silence", "hiss", "tone", *FORMANTS)

_BANDWIDTHS = (60.0, 90.0, 150.0)  # of the three resonances, in Hz; Klatt, J. Acoust. Soc. Am. 67, 1980, table I
_HISS = ((2700.0, 400.0), (3500.0, 500.0))  # resonances of a hiss and their bandwidths
_TAIL = 512  # samples in which the narrowest resonance fades to six millionths
_RAMP = 40  # samples, 5 ms, in which a sound swells and fades

_TRAINING_SIGNALS, _TEST_SIGNALS = 400, 100
_SECONDS = 0.5


def speak(signals: int, samples: int, *, seed: int = 0) -> tuple[Tensor, Tensor]:
    """Make signals of sounds one after another, over noise.

    A voice has a pitch of 90 to 220 Hz that glides, and resonances up to 15 % above or below a man's. Words are a hiss
    or none and one to three vowels; pauses and single tones stand between. Noise of 1 to 5 % lies over everything.

    Args:
        signals: how many.
        samples: of each, at `RATE` a second.
        seed: of everything drawn.

    Returns:
        float32 (signals, 1, samples) in [-1, 1], and int64 (signals, samples): the index in `SOUNDS` of each sample.

    Raises:
        ValueError: a number below 1.

    Source: the vowels are an impulse train through three resonances in a row: Klatt, "Software for a cascade/parallel
    formant synthesizer", J. Acoust. Soc. Am. 67, 1980, equations 1 and 2.

    >>> signals, names = speak(2, 4000)
    >>> signals.shape, [SOUNDS[name] for name in names[0, ::800]]
    (torch.Size([2, 1, 4000]), ['silence', 'silence', 'oo', 'silence', 'ee'])
    """
    generator = stream(integer(seed, "seed"))
    made = [_signal(integer(samples, "samples", 1), generator) for _ in range(integer(signals, "signals", 1))]
    return torch.stack([sound for sound, _ in made])[:, None], torch.stack([names for _, names in made])


def speech() -> LabelledData:
    """Return 400 signals of half a second to learn from and 100 others, of other voices, to judge by.

    >>> data = speech()
    >>> data.train.inputs.shape, data.classes
    (torch.Size([400, 1, 4000]), ('silence', 'hiss', 'tone', 'ee', 'eh', 'ah', 'aw', 'oo'))
    """
    train, test = (
        Labelled(*speak(signals, round(_SECONDS * RATE), seed=seed))
        for seed, signals in enumerate((_TRAINING_SIGNALS, _TEST_SIGNALS))
    )
    return LabelledData("speech", train, test, SOUNDS, unit="signals")


def _signal(samples: int, generator: torch.Generator) -> tuple[Tensor, Tensor]:
    def draw(low: float, high: float) -> float:
        return low + (high - low) * float(torch.rand((), generator=generator))

    pitch, size = draw(90, 220), draw(0.85, 1.15)
    sound, names = torch.zeros(samples), torch.zeros(samples, dtype=torch.int64)
    place = 0
    while place < samples:
        for name in _utterance(draw):
            length = min(round(RATE * draw(0.05, 0.12)), samples - place)
            if length == 0:
                break
            if name != "silence":
                piece = _sound(name, length, pitch * draw(0.9, 1.1), size, generator)
                swell = torch.arange(1.0, length + 1).div(_RAMP).clamp(max=1)
                sound[place : place + length] = draw(0.3, 1.0) * piece * swell * swell.flip(0)
            names[place : place + length] = SOUNDS.index(name)
            place += length
    noise = torch.randn(samples, generator=generator) * draw(0.01, 0.05)
    return (sound * draw(0.5, 0.9) + noise).clamp(-1, 1), names


def _utterance(draw: Callable[[float, float], float]) -> list[str]:
    """A pause, and a tone or a word."""
    vowels = list(FORMANTS)
    word = ["hiss"] * (draw(0, 1) < 0.5) + [vowels[int(draw(0, len(vowels)))] for _ in range(int(draw(1, 4)))]
    return ["silence", *(["tone"] if draw(0, 1) < 0.2 else word)]


def _sound(name: str, length: int, pitch: float, size: float, generator: torch.Generator) -> Tensor:
    """A sound of a voice whose mouth resonates `size` times as high as a man's; its loudest sample is 1 or -1."""
    if name == "hiss":
        resonances = [(size * frequency, width) for frequency, width in _HISS]
        made = _resonate(torch.randn(length, generator=generator), resonances)
    elif name == "tone":
        frequency = 200 * 2 ** (4 * float(torch.rand((), generator=generator)))  # four octaves, up to 3.2 kHz
        made = (2 * math.pi * frequency / RATE * torch.arange(length)).sin()
    else:
        glide = pitch * torch.linspace(1, 0.8 + 0.4 * float(torch.rand((), generator=generator)), length)
        cycles = (glide / RATE).cumsum(0).floor()
        pulses = cycles.diff(prepend=cycles.new_tensor([-1.0]))  # one at the beginning of each cycle
        formants = [size * frequency for frequency in FORMANTS[name]]
        made = _resonate(pulses, list(zip(formants, _BANDWIDTHS, strict=True)))
    return made / made.abs().max()


def _resonate(source: Tensor, resonances: Sequence[tuple[float, float]]) -> Tensor:
    """Send a signal through resonators in a row, each a frequency and a bandwidth in Hz; 1 is the gain at 0 Hz."""
    size = len(source) + _TAIL  # room for the last pulse to fade, or it would ring at the beginning
    delay = torch.exp(-2j * math.pi * torch.fft.rfftfreq(size))  # of one sample
    spectrum = torch.fft.rfft(source, size)
    for frequency, width in resonances:
        radius = math.exp(-math.pi * width / RATE)
        first, second = 2 * radius * math.cos(2 * math.pi * frequency / RATE), -(radius**2)
        spectrum = spectrum * (1 - first - second) / (1 - first * delay - second * delay**2)
    made: Tensor = torch.fft.irfft(spectrum, size)[: len(source)]
    return made
