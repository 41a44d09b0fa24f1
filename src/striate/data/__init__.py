"""Images and other samples: read, put in order, cut into batches or patches, warped, each from explicit seeds."""

from .augmentation import AUGMENTATIONS, augmented
from .distortions import elastic_field, random_distortion
from .fashion_mnist import fetch_fashion_mnist
from .few_labels import few_labels
from .idx import read_idx
from .image_file import read_image
from .images import ImageData, Images
from .label_folder import load_label_folder
from .labelled import Labelled, LabelledData
from .loading import NAMED, load
from .natural_images import dead_leaves, random_patches, read_photographs, whiten
from .photographs import Photographs, enlarge, load_photographs, shrink
from .reviews import write_reviews
from .sampling import batch_indices, batches, permutation, stream, subset
from .scenes import draw_scenes
from .solids import draw_solids, solids
from .sounds import load_sounds
from .speech import speak, speech
from .stimuli import distorted, five_patterns, presentations, shift
from .texts import TextData, load_texts
from .transforms import affine, random_affine
from .video import cut_clips, read_video
from .vocabulary import Vocabulary
from .volume_file import read_raster, read_volume
from .volumes import load_volumes
from .wav import read_wav

__all__ = [
    "AUGMENTATIONS",
    "NAMED",
    "ImageData",
    "Images",
    "Labelled",
    "LabelledData",
    "Photographs",
    "TextData",
    "Vocabulary",
    "affine",
    "augmented",
    "batch_indices",
    "batches",
    "cut_clips",
    "dead_leaves",
    "distorted",
    "draw_scenes",
    "draw_solids",
    "elastic_field",
    "enlarge",
    "fetch_fashion_mnist",
    "few_labels",
    "five_patterns",
    "load",
    "load_label_folder",
    "load_photographs",
    "load_sounds",
    "load_texts",
    "load_volumes",
    "permutation",
    "presentations",
    "random_affine",
    "random_distortion",
    "random_patches",
    "read_idx",
    "read_image",
    "read_photographs",
    "read_raster",
    "read_video",
    "read_volume",
    "read_wav",
    "shift",
    "shrink",
    "solids",
    "speak",
    "speech",
    "stream",
    "subset",
    "whiten",
    "write_reviews",
]
