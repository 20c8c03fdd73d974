"""Names of the columns of a figure or an aggregate: its values, its reason codes, its lenient reason codes.

Only this file knows the spelling of these names.
"""

from __future__ import annotations


def value_column(name: str) -> str:
    """The column of values of a figure, or of an aggregate by its text. A value is meaningless where its code is not 0.

    >>> value_column("referrals")
    'v:referrals'
    """
    return f"v:{name}"


def whole_of(name: str) -> str:
    """The name under which a panel of groups has the whole of a figure.

    >>> value_column(whole_of("england"))
    'v:whole of england'
    """
    return f"whole of {name}"


def groups_of(name: str) -> str:
    """The name under which a panel has the sum of a figure's groups, where the whole may be larger.

    >>> value_column(groups_of("referrals"))
    'v:groups of referrals'
    """
    return f"groups of {name}"


def code_column(name: str) -> str:
    """The column of reason codes, 0 where there is a value.

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
    """The column of reason codes for lenient sums, which leave out agencies that sent nothing.

    >>> lenient_column("referrals")
    'k:referrals'
    """
    return f"k:{name}"
