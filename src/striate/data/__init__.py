"""Images and other samples: read, put in order, cut into batches or patches, warped, each from explicit seeds."""

from .augmentation import AUGMENTATIONS, augmented
from .distortions import elastic_field, random_distortion
from .idx import read_idx
from .image_file import read_image
from .images import ImageData, Images
from .label_folder import load_label_folder
from .labelled import Labelled, LabelledData
from .loading import load
from .natural_images import dead_leaves, random_patches, read_photographs, whiten
from .photographs import Photographs, enlarge, load_photographs, shrink
from .sampling import batch_indices, batches, permutation, stream
from .scenes import draw_scenes
from .stimuli import distorted, five_patterns, presentations, shift
from .transforms import affine, random_affine

__all__ = [
    "AUGMENTATIONS",
    "ImageData",
    "Images",
    "Labelled",
    "LabelledData",
    "Photographs",
    "affine",
    "augmented",
    "batch_indices",
    "batches",
    "dead_leaves",
    "distorted",
    "draw_scenes",
    "elastic_field",
    "enlarge",
    "five_patterns",
    "load",
    "load_label_folder",
    "load_photographs",
    "permutation",
    "presentations",
    "random_affine",
    "random_distortion",
    "random_patches",
    "read_idx",
    "read_image",
    "read_photographs",
    "shift",
    "shrink",
    "stream",
    "whiten",
]
