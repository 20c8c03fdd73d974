"""What the machine must have for the tests here; `.ci/run` installs it."""

from __future__ import annotations

from tests.installed.postgres import folder_of_programs

collect_ignore = [] if folder_of_programs() else ["test_nightly.py"]
