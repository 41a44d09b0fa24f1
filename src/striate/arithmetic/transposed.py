"""One axis of a transposed window: the convolution's window, run from its output to its input."""

from dataclasses import dataclass

from striate.arithmetic.arguments import integer
from striate.arithmetic.padding import padding_amounts
from striate.arithmetic.window import Window

# With these a convolution makes ceil(size / stride) of `size`; read backwards, size x stride.
CEIL_WORDS = ("same", "same_lower", "causal")


@dataclass(frozen=True, slots=True)
class TransposedWindow:
    """What a transposed convolution asks for along one axis, padding words turned into amounts.

    Input `i` reaches output `i * stride - before + t * dilation` through tap `t`.

    Args:
        window: the convolution's that is transposed, from this one's output to its input.
        output_padding: outputs after the last that the amounts alone would leave; not zeros, taps may reach them.
    """

    window: Window
    output_padding: int = 0

    @classmethod
    def of(
        cls, padding: str | tuple[int, int], kernel: int, stride: int = 1, dilation: int = 1, output_padding: int = 0
    ) -> "TransposedWindow":
        """Make it from a layer's arguments for an axis.

        Args:
            padding: outputs left out (before, after), negative to add some; or a word, the convolution's that is
                transposed: `"same"`, `"same_lower"` and `"causal"` make size x stride elements.
            kernel: taps.
            stride: step between the places of two inputs.
            dilation: step between two taps.
            output_padding: below the larger of stride and dilation; 0 where a word makes size x stride.

        Raises:
            ValueError: an output padding out of range.

        >>> TransposedWindow.of("same", kernel=3, stride=2).output_size(7)
        14
        """
        if padding in CEIL_WORDS:
            if integer(output_padding, "output_padding") != 0:
                raise ValueError(
                    f"output_padding must be 0 with padding {padding!r}, which makes size x stride elements, but got "
                    f"{output_padding}; output_size asks for another size"
                )
            return cls.to(stride, 1, padding, kernel, stride, dilation)  # the same for every size
        window = _window(padding, 1, kernel, stride, dilation)
        window.check_output_padding(output_padding)
        return cls(window, output_padding)

    @classmethod
    def to(
        cls,
        output_size: int,
        size: int,
        padding: str | tuple[int, int],
        kernel: int,
        stride: int = 1,
        dilation: int = 1,
    ) -> "TransposedWindow":
        """Make the one that turns `size` elements into `output_size`; the other arguments are those of `of`.

        Raises:
            ValueError: a convolution with these arguments makes another number than `size` of `output_size`.

        >>> TransposedWindow.to(13, 7, "same", kernel=3, stride=2).window
        Window(kernel=3, stride=2, dilation=1, before=1, after=1)
        """
        integer(output_size, "output_size")
        window = _window(padding, output_size, kernel, stride, dilation)
        if padding in CEIL_WORDS:
            smallest = (size - 1) * stride + 1
            if not smallest <= output_size < smallest + stride:
                raise ValueError(
                    f"output_size must be from {smallest} to {smallest + stride - 1} for an input of {size} with "
                    f"stride {stride} and padding {padding!r}, but got {output_size}"
                )
            return cls(window, output_size - window.transposed_extent(size))
        return cls(window, window.output_padding_for(size, output_size))

    def output_size(self, size: int) -> int:
        """Size of the output for an input of `size`; ValueError where nothing is left."""
        return self.window.transposed_size(size, self.output_padding)


def _window(padding: str | tuple[int, int], size: int, kernel: int, stride: int, dilation: int) -> Window:
    before, after = padding_amounts(padding, size, kernel, stride, dilation) if isinstance(padding, str) else padding
    return Window(kernel, stride, dilation, before, after)
