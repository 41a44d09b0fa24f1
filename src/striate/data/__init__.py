"""Labelled images: read from files, put in order, cut into batches and warped, each from explicit seeds."""

from .idx import read_idx
from .image_file import read_image
from .images import ImageData, Images
from .loading import load
from .sampling import batches, permutation, stream
from .transforms import affine, random_affine

__all__ = [
    "ImageData",
    "Images",
    "affine",
    "batches",
    "load",
    "permutation",
    "random_affine",
    "read_idx",
    "read_image",
    "stream",
]
