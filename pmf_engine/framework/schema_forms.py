"""The forms of values in the two files: texts, names, months, days, percentages and expressions, as pydantic types.

Strict: no number is accepted for a text or a text for a number. A single name for a list of one is expanded here.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from contextlib import suppress
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field
from pydantic_core import PydanticCustomError

from pmf_engine.domain.periods import MONTHS, Frequency

Scalar = str | int | float | None
Cell = Scalar | bool


class Model(BaseModel):
    """The base of all parts of the files: strict types, no unknown keys, immutable."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True, populate_by_name=False)


def _one_or_many(value: Any) -> Any:
    return [value] if isinstance(value, str) else value


def one_map_or_many(value: Any) -> Any:
    """A single map for a list of one."""
    return [value] if isinstance(value, dict) else value


def value_alone(value: Any) -> Any:
    """A value for a map with `value` alone."""
    return value if isinstance(value, dict) else {"value": value}


def yes_or_no(value: Any) -> Any:
    """`yes` or `no`, which YAML reads as texts, for true or false."""
    return {"yes": True, "no": False}.get(value, value) if isinstance(value, str) else value


def _month(value: Any) -> Any:
    if isinstance(value, str) and value.lower() in MONTHS:
        return MONTHS.index(value.lower()) + 1
    raise PydanticCustomError("month", "a month")


def _days(value: Any) -> Any:
    if isinstance(value, str) and (match := re.fullmatch(r"(\d{1,4}) days?", value.strip())):
        return int(match[1])
    raise PydanticCustomError("days", "a number of days")


def _text(value: Any) -> Any:
    if isinstance(value, str) and not value.strip():
        raise PydanticCustomError("blank", "text")
    return value


def word(value: Any) -> Any:
    """A name that YAML reads as a number, such as a district called 12, as text."""
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


def _expression(value: Any) -> Any:
    """A formula, band or condition, as text. A bare number is accepted: the parser explains the mistake better."""
    if isinstance(value, (bool, int, float)):
        return str(value)
    if isinstance(value, str):
        return value
    raise PydanticCustomError("expression", "text")


def _share(value: Any) -> Any:
    """A percentage from 0 to 100, such as `5%` or `2.5 %`, as the number before its sign."""
    if isinstance(value, str) and (written := re.fullmatch(r"(\d{1,3}(?:\.\d+)?)\s*%", value.strip())):
        share = float(written[1])
        if share <= 100:
            return share
    raise PydanticCustomError("share", "a percentage")


def _least_share(value: Any) -> Any:
    """A least percentage, such as `at least 60%`, as the number before its sign."""
    if isinstance(value, str) and (written := re.fullmatch(r"at\s+least\s+(.+)", value.strip())):
        with suppress(PydanticCustomError):
            share = _share(written[1])
            if share > 0:
                return share
    raise PydanticCustomError("least_share", "a least percentage")


def _filled(value: Any) -> Any:
    if value is None:
        raise PydanticCustomError("blank", "something")
    return value


def titled(key: str) -> BeforeValidator:
    """Accepts a text for a map with one key, such as a title."""
    return BeforeValidator(lambda value: {key: value} if isinstance(value, str) else value)


def one_of(words: Iterable[str]) -> BeforeValidator:
    """Accepts one of some words, and returns the word or the member of an enumeration with that text."""
    members = {str(word): word for word in words}

    def member(value: Any) -> Any:
        if isinstance(value, str) and value in members:
            return members[value]
        raise PydanticCustomError("not_one_of", "one of the words", {"words": list(members)})

    return BeforeValidator(member)


Text = Annotated[str, BeforeValidator(_text)]
Names = Annotated[list[Text], BeforeValidator(_one_or_many)]
Word = Annotated[Text, BeforeValidator(word)]
Words = Annotated[list[Word], BeforeValidator(_one_or_many)]
Month = Annotated[int, BeforeValidator(_month)]
Days = Annotated[int, BeforeValidator(_days)]
Rhythm = Annotated[Frequency, one_of(Frequency)]
Decimals = Annotated[int, Field(ge=0, le=9)]
Share = Annotated[float, BeforeValidator(_share)]
LeastShare = Annotated[float, BeforeValidator(_least_share)]
FILLED = BeforeValidator(_filled)
"""For a key that may be left out: where it is written, something must stand in it."""
ExpressionText = Annotated[str, BeforeValidator(_expression)]
OptionalExpressionText = Annotated[str | None, BeforeValidator(_expression)]
"""As `ExpressionText`, for a key that may be left out. A key that is written must not be blank."""
