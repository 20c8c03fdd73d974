"""Settings for all tests: frames are checked against their declared schemas, and a busy machine is no defect."""

import os

from hypothesis import settings

os.environ.setdefault("PMF_CHECK_FRAMES", "1")  # read where `pmf_engine.domain.frame_schema` is imported
# The same examples in every run, so that a run tells of the change and not of luck;
# `--hypothesis-profile=anew` draws others.
settings.register_profile("fixed", deadline=None, derandomize=True)
settings.register_profile("anew", deadline=None)
settings.load_profile("fixed")
