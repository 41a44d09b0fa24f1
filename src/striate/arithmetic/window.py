"""One axis of a sliding window, and every size that follows from it."""

from dataclasses import dataclass

from striate.arithmetic.arguments import integer


@dataclass(frozen=True, slots=True)
class Window:
    """A window along one axis: `kernel` taps, `dilation` apart, moved by `stride`, over a padded signal.

    All amounts count elements. Tap `t` of output `o` reads input `o * stride - before + t * dilation`.

    Args:
        kernel: number of taps, at least 1.
        stride: step between two outputs, at least 1.
        dilation: step between two taps, at least 1.
        before: elements added in front of the input; negative crops.
        after: elements added behind the input; negative crops.

    Raises:
        ValueError: a kernel, stride or dilation below 1.

    Source: V. Dumoulin and F. Visin, "A guide to convolution arithmetic for deep learning", 2016; the method that
    computes a relationship of theirs names it.

    >>> Window(kernel=3, stride=2, before=1, after=1).output_size(7)
    4
    """

    kernel: int
    stride: int = 1
    dilation: int = 1
    before: int = 0
    after: int = 0

    def __post_init__(self) -> None:
        """Refuse what no window can have."""
        for name in ("kernel", "stride", "dilation"):
            integer(getattr(self, name), name, 1)
        for name in ("before", "after"):
            integer(getattr(self, name), name)

    @property
    def extent(self) -> int:
        """Elements from the first tap to the last, both counted: `dilation * (kernel - 1) + 1`."""
        return self.dilation * (self.kernel - 1) + 1

    def padded_size(self, size: int) -> int:
        """Size of the input with its padding."""
        return size + self.before + self.after

    def output_size(self, size: int, *, ceil_mode: bool = False) -> int:
        """Number of positions of the window on an input of `size` (relationships 1 to 7 and 15).

        With `ceil_mode` a last window may hang over the end, if it starts before the padding behind the input does
        (torch's and ONNX's pooling rule).

        Raises:
            ValueError: the window is larger than the padded input; both sizes are given.
        """
        room = self.padded_size(size) - self.extent
        if room < 0:
            dilated = f" (extent {self.extent} with dilation {self.dilation})" if self.dilation > 1 else ""
            raise ValueError(
                f"kernel size {self.kernel}{dilated} is larger than the padded input size {self.padded_size(size)} "
                f"(input {size}, padding {self.before} before and {self.after} after)"
            )
        if not ceil_mode:
            return room // self.stride + 1
        count = -(-room // self.stride) + 1
        return count - 1 if (count - 1) * self.stride >= size + self.before else count

    def leftover(self, size: int) -> int:
        """Elements at the end of the padded input that no window reaches: `(W - K + 2P) mod S` of the literature."""
        return self.padded_size(size) - self.extent - (self.output_size(size) - 1) * self.stride

    def tiles(self, size: int) -> bool:
        """Whether `(W - K + 2P) / S` is whole: the windows end exactly where the padded input ends."""
        return self.leftover(size) == 0

    def taps_inside(self, size: int, output: int) -> range:
        """Return the taps of position `output` that read an input of `size`: no padding, nothing cropped."""
        start = output * self.stride - self.before
        end = size + min(self.after, 0)
        first = max(0, -(start // self.dilation))
        last = min(self.kernel - 1, (end - 1 - start) // self.dilation)
        return range(first, max(first, last + 1))

    def transposed_size(self, size: int, output_padding: int = 0) -> int:
        """Size that the transposed window makes of `size` (relationships 8 to 14).

        `(size - 1) * stride + extent - before - after + output_padding`: the inputs of this window whose output has
        `size` elements begin there, and `output_padding` picks among them.

        Raises:
            ValueError: `output_padding` is negative or reaches both stride and dilation, or nothing is left.
        """
        self.check_output_padding(output_padding)
        result = self.transposed_extent(size) + output_padding
        if size < 1 or result < 1:
            raise ValueError(
                f"a transposed window with kernel size {self.kernel} and padding {self.before} before and "
                f"{self.after} after makes {result} elements of {size}; it must make at least 1"
            )
        return result

    def output_padding_for(self, size: int, output_size: int) -> int:
        """Return the `output_padding` with which the transposed window makes `output_size` elements of `size`.

        Raises:
            ValueError: no output padding below the stride does; the possible sizes are given.
        """
        smallest = self.transposed_extent(size)
        if not max(smallest, 1) <= output_size < smallest + self.stride:
            raise ValueError(
                f"output_size must be from {max(smallest, 1)} to {smallest + self.stride - 1} for an input of {size} "
                f"with stride {self.stride}, but got {output_size}"
            )
        return output_size - smallest

    def transposed_extent(self, size: int) -> int:
        """Elements from the first to the last that `size` inputs of the transposed window reach, padding left out."""
        return (size - 1) * self.stride + self.extent - self.before - self.after

    def check_output_padding(self, output_padding: int) -> None:
        """Raise a ValueError unless `output_padding` is an int from 0 to below the larger of stride and dilation."""
        if not 0 <= integer(output_padding, "output_padding") < max(self.stride, self.dilation):
            raise ValueError(
                f"output_padding must be at least 0 and smaller than the larger of stride {self.stride} and dilation "
                f"{self.dilation}, but got {output_padding}"
            )
