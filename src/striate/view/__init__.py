"""Pictures of models and of trainings, as matplotlib figures, and of sliding windows, as SVG, GIF and HTML."""

from striate.view.confusion import confusion_matrix
from striate.view.curves import learning_curves
from striate.view.filters import filters
from striate.view.maps import feature_maps, layer_maps
from striate.view.pictures import run_pictures
from striate.view.sliding import SlidingPicture, sliding_window

__all__ = [
    "SlidingPicture",
    "confusion_matrix",
    "feature_maps",
    "filters",
    "layer_maps",
    "learning_curves",
    "run_pictures",
    "sliding_window",
]
