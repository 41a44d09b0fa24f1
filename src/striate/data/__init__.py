"""Images and other samples: read, put in order, cut into batches or patches, warped, each from explicit seeds."""

from .idx import read_idx
from .image_file import read_image
from .images import ImageData, Images
from .labelled import Labelled, LabelledData
from .loading import load
from .natural_images import dead_leaves, random_patches, read_photographs, whiten
from .sampling import batch_indices, batches, permutation, stream
from .stimuli import distorted, five_patterns, presentations, shift
from .transforms import affine, random_affine

__all__ = [
    "ImageData",
    "Images",
    "Labelled",
    "LabelledData",
    "affine",
    "batch_indices",
    "batches",
    "dead_leaves",
    "distorted",
    "five_patterns",
    "load",
    "permutation",
    "presentations",
    "random_affine",
    "random_patches",
    "read_idx",
    "read_image",
    "read_photographs",
    "shift",
    "stream",
    "whiten",
]
