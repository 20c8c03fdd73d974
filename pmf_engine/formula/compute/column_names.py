"""Names of the columns that hold a figure or an aggregate, of which a frame has one set for each.

Only this file knows how these names are spelt.
"""

from __future__ import annotations


def value_column(name: str) -> str:
    """The column of values of a figure, or of an aggregate by its text; a value means nothing where there is a code.

    >>> value_column("referrals")
    'v:referrals'
    """
    return f"v:{name}"


def whole_of(name: str) -> str:
    """What stands for the whole of a figure where a panel has it beside groups: its columns are named by that.

    >>> value_column(whole_of("england"))
    'v:whole of england'
    """
    return f"whole of {name}"


def groups_of(name: str) -> str:
    """What stands for the sum of a figure's groups where its whole may be larger: its columns are named by that.

    >>> value_column(groups_of("referrals"))
    'v:groups of referrals'
    """
    return f"groups of {name}"


def code_column(name: str) -> str:
    """The column of reason codes: why there is no value, 0 where there is one.

    >>> code_column("referrals")
    'c:referrals'
    """
    return f"c:{name}"


def owed_column(name: str) -> str:
    """The column of reason codes, but 0 in periods in which the figure is not owed, as it began later or has ended.

    >>> owed_column("referrals")
    'o:referrals'
    """
    return f"o:{name}"


def lenient_column(name: str) -> str:
    """The column of reason codes for sums that may do without agencies that have sent nothing.

    >>> lenient_column("referrals")
    'k:referrals'
    """
    return f"k:{name}"
