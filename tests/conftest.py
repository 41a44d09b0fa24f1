"""Profiles of the drawn tests: the same problems at every run, and `--hypothesis-profile=intense` draws new ones."""

from hypothesis import settings

settings.register_profile("default", max_examples=300, deadline=None, print_blob=True, derandomize=True)
settings.register_profile("intense", settings.get_profile("default"), max_examples=5000, derandomize=False)
settings.load_profile("default")
