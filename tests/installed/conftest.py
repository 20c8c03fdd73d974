"""What the machine must have for the tests here; `.ci/run` installs it."""

from __future__ import annotations

from tests.installed import browser, office, postgres

collect_ignore = [
    *([] if postgres.folder_of_programs() else ["test_nightly.py"]),
    *([] if browser.program() else ["test_page_in_chromium.py"]),
    *([] if browser.program() and browser.axe() else ["test_accessibility_in_chromium.py"]),
    *([] if office.program() else ["test_marked_in_libreoffice.py", "test_template_in_libreoffice.py"]),
]
