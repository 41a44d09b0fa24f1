"""Profiles of the drawn tests: the same problems at every run, `intense` draws new ones, `sanitized` fewer.

`pytest --hypothesis-profile=NAME` chooses one.
"""

import pytest
from hypothesis import settings

from striate.engine.ceilings import Ceilings

settings.register_profile("default", max_examples=100, deadline=None, print_blob=True, derandomize=True)
settings.register_profile("intense", settings.get_profile("default"), max_examples=5000, derandomize=False)
settings.register_profile("sanitized", settings.get_profile("default"), max_examples=20)
settings.load_profile("default")


@pytest.fixture
def ceilings():
    """A machine of round numbers: 1 GFLOP/s, and copies that get slower with size."""
    return Ceilings({"f32": 1e9, "f64": 0.5e9}, "a test", ((2**20, 8e9), (2**22, 9e9), (2**24, 2e9)))
