"""Settings for all tests: a busy machine is no defect."""

from hypothesis import settings

settings.register_profile("here", deadline=None)
settings.load_profile("here")
