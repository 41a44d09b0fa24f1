"""How a window slides: drawings that move, generated from the arithmetic of any layer."""

from striate.view.sliding.picture import SlidingPicture, sliding_window

__all__ = ["SlidingPicture", "sliding_window"]
