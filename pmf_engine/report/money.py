"""The board's money in a year: contributions, spending, and whether what was brought and carried forward adds up."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal

from pmf_engine.domain.numbers import half_up_decimal
from pmf_engine.judgement.formatting import decimal_of
from pmf_engine.report.board_year import BoardYear

_POUND = Decimal(1)


@dataclass(frozen=True)
class MoneyLine:
    """The lines of one agency or heading, added up.

    Attributes:
        budget: What was planned, in pounds; None where a line has no amount that can be read.
        actual: What was paid, received or held, likewise.
        last_year: `actual` of the year before; None without such lines.
        paid_on: The days of payments, as ISO dates.
        notes: What the register says beside them.
    """

    name: str
    budget: Decimal | None
    actual: Decimal | None
    last_year: Decimal | None
    paid_on: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Money:
    """The board's money in a year.

    Attributes:
        year: The label of the year.
        contributions: A line for each agency that was to contribute.
        spend: A line for each heading.
        brought_forward: What the year began with; None without such a line.
        carried_forward: What it ended with; None without such a line.
    """

    year: str
    contributions: tuple[MoneyLine, ...]
    spend: tuple[MoneyLine, ...]
    brought_forward: MoneyLine | None
    carried_forward: MoneyLine | None

    @property
    def is_empty(self) -> bool:
        """Whether the register says nothing of the year."""
        return not (self.contributions or self.spend or self.brought_forward or self.carried_forward)

    @property
    def received(self) -> Decimal | None:
        """All contributions received; None where one has no amount."""
        return total(line.actual for line in self.contributions)

    @property
    def spent(self) -> Decimal | None:
        """All that was spent; None where a heading has no amount."""
        return total(line.actual for line in self.spend)

    @property
    def difference(self) -> Decimal | None:
        """How much more was carried forward than what was brought, received and spent comes to.

        None where an amount is missing, so that nobody can tell.
        """
        brought, carried = self._amount(self.brought_forward), self._amount(self.carried_forward)
        received, spent = self.received, self.spent
        if brought is None or carried is None or received is None or spent is None:
            return None
        return carried - (brought + received - spent)

    @property
    def adds_up(self) -> bool:
        """Whether the year adds up to the pound."""
        return self.difference is not None and abs(self.difference) < _POUND

    @property
    def opening_difference(self) -> Decimal | None:
        """How much more was brought forward than the year before carried forward; None where either is missing."""
        brought = self.brought_forward
        carried = self.carried_forward.last_year if self.carried_forward else None
        return None if brought is None or brought.actual is None or carried is None else brought.actual - carried

    def _amount(self, line: MoneyLine | None) -> Decimal | None:
        return None if line is None else line.actual


def money_of(year: BoardYear) -> Money:
    """The money of a year, by the register as it was known on the day of the year's evaluation."""
    rows = year.register("money").to_dicts()
    label, last = year.period.label, year.period.cadence.holding(year.period.start - 12).label
    names = {id_: agency.name for id_, agency in year.framework.agencies.items()}

    def lines(kind: str) -> tuple[MoneyLine, ...]:
        own = [row for row in rows if row["line"] == kind and row["year"] in (label, last)]
        keys = dict.fromkeys(_name(row, names) for row in own)
        found = (_line(name, [row for row in own if _name(row, names) == name], label) for name in keys)
        return tuple(line for line in found if line is not None)

    def single(kind: str) -> MoneyLine | None:
        own = [row for row in rows if row["line"] == kind and row["year"] in (label, last)]
        return _line("", own, label)

    return Money(label, lines("contribution"), lines("spend"), single("brought_forward"), single("carried_forward"))


def _name(row: dict[str, object], names: dict[str, str]) -> str:
    """The agency of a line by name, with its heading; the heading alone where it is of no agency."""
    agency, heading = row["agency"], row["heading"]
    parts = [names.get(str(agency), str(agency)) if agency else "", str(heading) if heading else ""]
    return ", ".join(filter(None, parts)) or "without a name"


def _line(name: str, rows: list[dict[str, object]], year: str) -> MoneyLine | None:
    """The lines of one name added up; None where none of them is of the year or the year before."""
    now, before = ([row for row in rows if (row["year"] == year) == this] for this in (True, False))
    if not rows:
        return None
    return MoneyLine(
        name,
        _sum(now, "budget") if now else Decimal(0),
        _sum(now, "actual") if now else Decimal(0),
        _sum(before, "actual") if before else None,
        tuple(str(row["paid_on"]) for row in now if row["paid_on"]),
        tuple(str(row["note"]) for row in now if row["note"]),
    )


def _sum(rows: list[dict[str, object]], column: str) -> Decimal | None:
    """The sum of a column; None where a row has no amount."""
    return total(None if row[column] is None else decimal_of(float(str(row[column]))) for row in rows)


def total(amounts: Iterable[Decimal | None]) -> Decimal | None:
    """The sum of some amounts; None where one is missing.

    >>> total([Decimal(2), Decimal("0.50")]), total([Decimal(2), None])
    (Decimal('2.50'), None)
    """
    found = list(amounts)
    known = [amount for amount in found if amount is not None]
    return sum(known, Decimal(0)) if len(known) == len(found) else None


def pounds(amount: Decimal | None) -> str:
    """An amount in pounds, rounded half up; `not known` for none.

    >>> pounds(Decimal("1234.50")), pounds(Decimal("-0.40")), pounds(None)
    ('£1,235', '£0', 'not known')
    """
    if amount is None:
        return "not known"
    rounded = half_up_decimal(abs(amount), 0)
    return f"{'-' if amount < 0 and rounded else ''}£{rounded:,f}"


def reconciliation(money: Money) -> Iterator[str]:
    """Whether the money adds up, in sentences: to the pound, or by how much not, or what nobody can tell it without."""
    for line in (*money.contributions, *money.spend):
        if line.actual is None:
            yield f"{line.name}: a line has no amount, so that the year does not add up yet."
    for word, side in (("brought", money.brought_forward), ("carried", money.carried_forward)):
        if side is None or side.actual is None:
            yield f"The register does not say what was {word} forward, so that the year cannot be reconciled."
    difference = money.difference
    if difference is not None and money.brought_forward and money.carried_forward:
        sides = (
            f"{pounds(money.brought_forward.actual)} brought forward, {pounds(money.received)} received and "
            f"{pounds(money.spent)} spent"
        )
        carried = pounds(money.carried_forward.actual)
        if money.adds_up:
            yield f"The year adds up to the pound: {sides} leave {carried} carried forward."
        else:
            more = "more" if difference > 0 else "less"
            wrong = f"the {carried} carried forward is {pounds(abs(difference))} {more}"
            yield f"The year does not add up: {sides}, and {wrong}."
    opening = money.opening_difference
    if opening is not None and abs(opening) >= _POUND:
        more = "more" if opening > 0 else "less"
        yield f"What was brought forward is {pounds(abs(opening))} {more} than the year before carried forward."
