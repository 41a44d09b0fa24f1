"""Which images a model can be built for."""

from collections.abc import Sequence


def refuse_smaller(model: str, image_size: Sequence[int], least: int) -> None:
    """Raise a ValueError where an image has fewer pixels along an axis than a model needs.

    >>> refuse_smaller("lenet5-modern", (28, 28), 16)
    """
    if min(image_size) < least:
        raise ValueError(
            f"image_size of {model} is at least {(least,) * len(image_size)}, but got {tuple(image_size)}; make the "
            "images larger"
        )


def refuse_indivisible(model: str, image_size: Sequence[int], divisor: int) -> None:
    """Raise a ValueError where a model's strides do not divide the size of an image.

    >>> refuse_indivisible("fcmae", (224, 224), 32)
    """
    if any(side % divisor for side in image_size):
        nearest = tuple(max(1, round(side / divisor)) * divisor for side in image_size)
        raise ValueError(
            f"image_size of {model} is divisible by {divisor}, but got {tuple(image_size)}; bring the images to "
            f"{nearest}"
        )
