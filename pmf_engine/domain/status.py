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

OUTSIDE_LIMITS: Final = "outside_limits"
TREND: Final = "trend"
TWO_OF_THREE: Final = "two_of_three"
SHIFT: Final = "shift"
SIGNALS: Final = (OUTSIDE_LIMITS, TREND, TWO_OF_THREE, SHIFT)
"""What a control chart signals, the first that applies."""

CONCERN: Final = "special_cause_concern"
IMPROVEMENT: Final = "special_cause_improvement"
SPECIAL_CAUSES: Final = (CONCERN, IMPROVEMENT)

TOO_FEW: Final = "too_few"
GAP: Final = "gap"
NO_VALUE: Final = "no_value"
GRADE: Final = "grade"
AD_HOC: Final = "ad_hoc"
NO_SIGNAL: Final = (TOO_FEW, GAP, NO_VALUE, GRADE, AD_HOC)
"""Why a control chart cannot be read: fewer points than it needs, fewer since a gap, no value, or no such chart."""

CONSISTENTLY: Final = "consistently"
BY_CHANCE: Final = "by_chance"
NEVER: Final = "never"
ASSURANCES: Final = (CONSISTENTLY, BY_CHANCE, NEVER)
"""Whether a target will be met if nothing changes but by chance."""
