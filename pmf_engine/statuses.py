"""The words the engine says of a value: its status, and where it is going."""

from __future__ import annotations

from typing import Final

GREEN: Final = "green"
AMBER: Final = "amber"
RED: Final = "red"
NOT_RATED: Final = "not_rated"
UNDEFINED: Final = "undefined"
NO_DATA: Final = "no_data"
SUPPRESSED: Final = "suppressed"
NOT_DUE: Final = "not_due"
LATE: Final = "late"
INVALID: Final = "invalid"

RATED: Final = (GREEN, AMBER, RED)
WITH_VALUE: Final = (*RATED, NOT_RATED)

MISSING: Final = (UNDEFINED, NO_DATA, SUPPRESSED, NOT_DUE, LATE, INVALID)
"""Why there is no value, the least telling first: where several inputs lack, the last of them is the status."""

STATUSES: Final = (*WITH_VALUE, *MISSING)

IMPROVING: Final = "improving"
WORSENING: Final = "worsening"
UNCHANGED: Final = "unchanged"
DIRECTIONS: Final = (IMPROVING, WORSENING, UNCHANGED)
