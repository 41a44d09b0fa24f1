"""How exact matrix products of float32 are."""

import torch


def precision() -> str:
    """Return Triton's word for what torch allows its convolutions: rounding to TF32 or none."""
    return "tf32" if torch.backends.cudnn.allow_tf32 else "ieee"
