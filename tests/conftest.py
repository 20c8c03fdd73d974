"""Settings for all tests: frames are checked against their declared schemas, and a busy machine is no defect."""

import os

from hypothesis import settings

os.environ.setdefault("PMF_CHECK_FRAMES", "1")  # read where `pmf_engine.domain.frame_schema` is imported
settings.register_profile("here", deadline=None)
settings.load_profile("here")
