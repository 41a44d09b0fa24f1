"""Profiles of the drawn tests: the same problems at every run, `intense` draws new ones, `sanitized` fewer.

`pytest --hypothesis-profile=NAME` chooses one.
"""

from hypothesis import settings

settings.register_profile("default", max_examples=100, deadline=None, print_blob=True, derandomize=True)
settings.register_profile("intense", settings.get_profile("default"), max_examples=5000, derandomize=False)
settings.register_profile("sanitized", settings.get_profile("default"), max_examples=20)
settings.load_profile("default")
