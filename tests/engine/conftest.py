import pytest
import torch

from striate.engine._load import ops


@pytest.fixture
def fresh_memory_is_nan():
    """torch fills new tensors with NaN when it is asked to be deterministic: an element not written shows."""
    torch.use_deterministic_algorithms(True)
    yield
    torch.use_deterministic_algorithms(False)
    ops().use_isa("")
