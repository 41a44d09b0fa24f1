"""Pictures of models and of trainings, each a figure, drawn when asked for, and the numbers behind it; and pages."""

from striate.view.activations import Activations, activation_statistics
from striate.view.augmentation import augmentations
from striate.view.banks import banks
from striate.view.comparison import comparison
from striate.view.confusion import confusion_matrix
from striate.view.curves import learning_curves
from striate.view.deconvnet import deconvnet
from striate.view.dictionary import dictionary
from striate.view.exhibit import exhibit
from striate.view.explainer import explain
from striate.view.filters import filters
from striate.view.grad_cam import ClassMap, grad_cam, grad_cam_stages
from striate.view.guided import guided_backpropagation
from striate.view.maps import feature_maps, layer_maps
from striate.view.matched import Match, matched_filter
from striate.view.maximisation import Maximised, maximise
from striate.view.mistakes import Mistakes, mistakes
from striate.view.neocognitron import cell_answers, recognition
from striate.view.patches import Patches, top_patches
from striate.view.picture import Picture
from striate.view.pictures import lesson_pictures, run_pictures
from striate.view.projection import Projection
from striate.view.report import report, write_report
from striate.view.sliding import SlidingPicture, sliding_window
from striate.view.units import Unit

__all__ = [
    "Activations",
    "ClassMap",
    "Match",
    "Maximised",
    "Mistakes",
    "Patches",
    "Picture",
    "Projection",
    "SlidingPicture",
    "Unit",
    "activation_statistics",
    "augmentations",
    "banks",
    "cell_answers",
    "comparison",
    "confusion_matrix",
    "deconvnet",
    "dictionary",
    "exhibit",
    "explain",
    "feature_maps",
    "filters",
    "grad_cam",
    "grad_cam_stages",
    "guided_backpropagation",
    "layer_maps",
    "learning_curves",
    "lesson_pictures",
    "matched_filter",
    "maximise",
    "mistakes",
    "recognition",
    "report",
    "run_pictures",
    "sliding_window",
    "top_patches",
    "write_report",
]
