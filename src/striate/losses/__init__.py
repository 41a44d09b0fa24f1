"""Losses that training a convolutional network asks for, each a mean over what it is given.

Those that torch has are torch's, behind a check of the shapes that says what is wrong; the others are here.
"""

from striate.losses.contrastive import contrastive
from striate.losses.cross_entropy import sigmoid_cross_entropy, softmax_cross_entropy
from striate.losses.euclidean import euclidean
from striate.losses.hinge import hinge, multiclass_hinge
from striate.losses.overlap import dice, intersection_over_union
from striate.losses.reconstruction import masked_patch_error, patch_scale, patches

__all__ = [
    "contrastive",
    "dice",
    "euclidean",
    "hinge",
    "intersection_over_union",
    "masked_patch_error",
    "multiclass_hinge",
    "patch_scale",
    "patches",
    "sigmoid_cross_entropy",
    "softmax_cross_entropy",
]
