"""One operation along a tiled axis: from where to where it reads, and what its border rule touches."""

from dataclasses import dataclass

from striate.arithmetic import Reach
from striate.graph import AxisMap, Gathered, Resized, Same, Sliding, TransposedSliding

# A resizing whose pattern repeats later than this fits itself to its input's size: no tile would repeat it
LONGEST_PERIOD = 64
_FOLDING = frozenset({"reflect", "symmetric", "replicate", "circular"})


@dataclass(frozen=True)
class Step:
    """What is the same of an operation wherever on the axis it stands.

    Args:
        reach: the closed form: from where to where each output reads.
        border: the rule of what lies outside the input, "" where nothing outside is read.
        depth: elements next to an end of the input that the rule may copy.
        folded: outputs next to an end that a transposed convolution's rule adds to.
    """

    reach: Reach
    border: str = ""
    depth: int = 0
    folded: int = 0

    @property
    def spread(self) -> tuple[int, int]:
        """Outputs of one period, and the inputs by which the next lies further."""
        return len(self.reach.spans), self.reach.advance

    def low(self, margin: int) -> int:
        """Return how many outputs at the low end follow from the first `margin` inputs, or from before them.

        >>> from striate.arithmetic import Window
        >>> Step(Reach.of_window(Window(kernel=5, stride=2, before=2, after=2))).low(3)
        3
        """
        period, advance = self.spread
        wrong = [self.folded]
        for phase, span in enumerate(self.reach.spans):
            turns = 0 if span is None else -((span[0] - margin) // advance)  # the first whose span begins behind them
            if turns > 0:
                wrong.append(phase + (turns - 1) * period + 1)
        return max(wrong)

    def high(self, margin: int, inputs: int, outputs: int) -> int:
        """Return how many of `outputs`, at the high end, follow from the last `margin` of `inputs` or from after."""
        period, advance = self.spread
        wrong = [self.folded]
        for phase, span in enumerate(self.reach.spans):
            if span is not None:
                turns = max(0, (inputs - 1 - margin - span[1]) // advance + 1)  # the first whose span ends in them
                wrong.append(outputs - (phase + turns * period))
        return max(wrong)


def step_of(map: AxisMap) -> Step | None:
    """Return the step that a map takes everywhere; None where outputs at different places read differently.

    >>> from striate.arithmetic import Window
    >>> step_of(Sliding(9, 9, Window(kernel=3, before=1, after=1), "reflect"))
    Step(reach=Reach(spans=((-1, 1),), advance=1), border='reflect', depth=2, folded=0)
    """
    if isinstance(map, Same):
        return Step(Reach())
    reach = _run(map) if isinstance(map, Gathered) else map.step
    if reach is None or reach.advance <= 0 or not any(reach.spans):
        return None
    if isinstance(map, Resized) and max(len(reach.spans), reach.advance) > LONGEST_PERIOD:
        return None
    if isinstance(map, TransposedSliding):
        return _transposed(map, reach)
    outside = max(0, *_outside(map, reach))
    border = map.mode if isinstance(map, Sliding) else "replicate" if isinstance(map, Resized) else "zeros"
    return Step(reach, border, outside + 1) if outside else Step(reach)


def _run(map: Gathered) -> Reach | None:
    """Return the reach of a slice; None for elements in any other order."""
    sources = map.sources
    if not isinstance(sources, range) or not sources:
        return None
    return Reach(((sources[0], sources[0]),), sources.step)


def _outside(map: AxisMap, reach: Reach) -> tuple[int, int]:
    """Return how far outside its input a map reads, before it and after it."""
    period = len(reach.spans)
    first = [span[0] for span in _spans(reach, range(min(period, map.outputs)))]
    last = [span[1] for span in _spans(reach, range(max(0, map.outputs - period), map.outputs))]
    return max((-place for place in first), default=0), max((place - map.inputs + 1 for place in last), default=0)


def _spans(reach: Reach, outputs: range) -> list[tuple[int, int]]:
    """Return what each of some outputs reads, those left out that read nothing."""
    return [span for output in outputs if (span := reach.of(output)) is not None]


def _transposed(map: TransposedSliding, reach: Reach) -> Step:
    """Return the step of a transposed convolution, whose border rule folds what falls outside its output back."""
    window = map.window
    after = (map.inputs - 1) * window.stride - window.before + window.extent - map.outputs
    outside = max(window.before, after)
    if outside <= 0:
        return Step(reach)
    folded = outside + 1 if map.mode in _FOLDING else 0
    return Step(reach, map.mode, outside // window.stride + 1, folded)
