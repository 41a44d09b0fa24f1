"""What makes a layer over any number of axes of the base of its faces."""

from striate.arithmetic.arguments import integer


class AnyRank:
    """The constructor of an `…Nd` layer: the number of spatial axes, then the arguments of the faces."""

    spatial_axes: int

    def __init__(self, ndim: int, *arguments: object, **more: object) -> None:
        self.spatial_axes = integer(ndim, "ndim", 1)
        super().__init__(*arguments, **more)

    def extra_repr(self) -> str:
        """Return the number of axes and the face's text."""
        text: str = super().extra_repr()  # type: ignore[misc]  # that of the layer's base, next in line
        return f"{self.spatial_axes}, {text}"
