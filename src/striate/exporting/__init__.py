"""Models that leave Python: files of standard formats, verified before they are written."""

from striate.exporting.exporting import FORMATS, Exported, export
from striate.exporting.folding import fold_batch_norms

__all__ = ["FORMATS", "Exported", "export", "fold_batch_norms"]
