import pytest

from striate.engine.ceilings import Ceilings


@pytest.fixture
def ceilings():
    """A machine of round numbers: 1 GFLOP/s, and copies that get slower with size."""
    return Ceilings({"f32": 1e9, "f64": 0.5e9}, "a test", ((2**20, 8e9), (2**22, 9e9), (2**24, 2e9)))
