"""Messages about lists of records, and about formulas that count records."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from pmf_engine.diagnostics.diagnostic import Diagnostic
from pmf_engine.diagnostics.diagnostic_kinds import DiagnosticKind as Kind
from pmf_engine.diagnostics.source import Span
from pmf_engine.diagnostics.suggestions import FEW, did_you_mean, quoted_list


def list_without_time(span: Span, name: str) -> Diagnostic:
    help_ = "`date` names the column of an event, `spell` the two that a spell starts and ends with"
    return Diagnostic(Kind.MISSING_KEY, f"list `{name}` needs either `date` or `spell`", span, help_)


def list_twice_timed(span: Span, name: str) -> Diagnostic:
    return Diagnostic(Kind.UNKNOWN_KEY, f"list `{name}` has both `date` and `spell`", span, "keep one of the two")


def spell_ends(span: Span) -> Diagnostic:
    return Diagnostic(Kind.WRONG_TYPE, "`spell` needs two columns", span, "write `spell: [started_on, ended_on]`")


def column_type(span: Span, text: str, types: Sequence[str]) -> Diagnostic:
    help_ = (
        did_you_mean(text, types) or f"write {quoted_list(types, 'or')}, with `?` after it where a cell may be blank"
    )
    return Diagnostic(Kind.WRONG_TYPE, f"`{text}` is not a type of column", span, help_)


def column_reserved(span: Span, name: str) -> Diagnostic:
    return Diagnostic(Kind.RESERVED, f"`{name}` has a meaning of its own here and cannot name a column", span)


def unknown_column(span: Span, name: str, list_: str, names: Iterable[str]) -> Diagnostic:
    return Diagnostic(Kind.UNKNOWN_NAME, f"list `{list_}` has no column `{name}`", span, did_you_mean(name, names))


def not_a_date_column(span: Span, name: str, wanted: str) -> Diagnostic:
    return Diagnostic(Kind.WRONG_TYPE, f"column `{name}` gives a time and must be a `{wanted}`", span)


def order_of_no_date(span: Span, name: str) -> Diagnostic:
    return Diagnostic(Kind.WRONG_TYPE, f"`order` is of dates, and column `{name}` is not a date", span)


def order_of_one(span: Span) -> Diagnostic:
    help_ = "write the columns from the earliest date to the latest, as in `order: [asked_on, done_on]`"
    return Diagnostic(Kind.WRONG_TYPE, "`order` needs two columns or more", span, help_)


def order_twice(span: Span, name: str) -> Diagnostic:
    return Diagnostic(Kind.REPEATED, f"column `{name}` stands in `order` twice", span)


def values_of_no_text(span: Span, name: str) -> Diagnostic:
    return Diagnostic(Kind.WRONG_TYPE, f"`values` are texts, and column `{name}` is not a text", span)


def no_values(span: Span, name: str) -> Diagnostic:
    text = f"`values` of column `{name}` names no text, so every cell would be refused"
    return Diagnostic(Kind.WRONG_TYPE, text, span, "name the texts that it may hold, or leave `values` out")


def not_a_group_column(span: Span, name: str) -> Diagnostic:
    text = f"column `{name}` says which group a record is of and must be a `text`"
    return Diagnostic(Kind.WRONG_TYPE, text, span, "write `text`, or `text?` where a cell may be blank")


def agency_column_needed(span: Span, name: str) -> Diagnostic:
    text = f"list `{name}` comes from several agencies, and no column says whose a record is"
    return Diagnostic(Kind.MISSING_KEY, text, span, "add `agency: text` to its columns")


def agency_never_blank(span: Span, name: str) -> Diagnostic:
    text = f"list `{name}` comes from several agencies, and where `agency` is blank nobody knows whose a record is"
    return Diagnostic(Kind.WRONG_TYPE, text, span, "write `text`")


def bare_list(span: Span, name: str) -> Diagnostic:
    return Diagnostic(Kind.TYPE, f"`{name}` is a list", span, f"write `count({name})`")


def not_over_a_list(span: Span, function: str) -> Diagnostic:
    help_ = "write `a + b`" if function == "sum" else None
    return Diagnostic(Kind.SYNTAX, f"`{function}` is of a list, not of several values", span, help_)


def not_a_list_name(span: Span, function: str) -> Diagnostic:
    return Diagnostic(Kind.SYNTAX, f"`{function}` needs the name of a list here", span)


def no_lists_here(span: Span) -> Diagnostic:
    return Diagnostic(Kind.TYPE, "a list cannot be counted here", span, "make an indicator of it, and name that")


def senders_of_figure(span: Span, name: str) -> Diagnostic:
    return Diagnostic(Kind.TYPE, f"`{name}` is not a figure, and only figures come from agencies", span)


def senders_counted(span: Span, name: str) -> Diagnostic:
    help_ = f"write `count(agencies of {name} where value >= 5)`"
    return Diagnostic(Kind.TYPE, "agencies can only be counted", span, help_)


def senders_cadence(span: Span, name: str, id_: str) -> Diagnostic:
    text = f"the agencies of `{name}` can only be counted in its own periods, and those of `{id_}` are others"
    return Diagnostic(Kind.FREQUENCY, text, span)


def only_value(span: Span, name: str) -> Diagnostic:
    help_ = did_you_mean(name, ["value"]) or "only `value` (what each agency sent), numbers and grades in quotes can"
    return Diagnostic(Kind.UNKNOWN_NAME, f"`{name}` cannot stand here", span, help_)


def not_of_agency(span: Span, function: str) -> Diagnostic:
    return Diagnostic(Kind.TYPE, f"`{function}` cannot be worked out of what one agency sent", span)


def no_such_list(span: Span, name: str, is_of_another_kind: bool, lists: Iterable[str]) -> Diagnostic:
    message = f"`{name}` is not a list" if is_of_another_kind else f"unknown list `{name}`"
    return Diagnostic(Kind.UNKNOWN_NAME, message, span, did_you_mean(name, lists))


def never_in_column(span: Span, text: str, column: str, name: str, texts: Sequence[str]) -> Diagnostic:
    choices = f"write {quoted_list(texts, 'or')}" if 0 < len(texts) <= FEW else None
    return Diagnostic(
        Kind.UNKNOWN_NAME,
        f"`{column}` of list `{name}` is never `{text}`",
        span,
        did_you_mean(text.strip(), texts) or choices,
    )


def which_spells(span: Span, name: str) -> Diagnostic:
    text = f"`{name}` is a list of spells, and this does not say which"
    return Diagnostic(Kind.TYPE, text, span, f"write `{name} open`, `{name} started` or `{name} ended`")


def no_spells(span: Span, name: str, state: str) -> Diagnostic:
    return Diagnostic(Kind.TYPE, f"`{name}` is a list of events, which are never `{state}`", span)


def aggregate_inside(span: Span, function: str) -> Diagnostic:
    text = f"`{function}` of a list cannot stand inside another"
    return Diagnostic(Kind.TYPE, text, span, "a record knows only its own columns")


def distinct_of_count(span: Span, function: str) -> Diagnostic:
    return Diagnostic(Kind.TYPE, f"`distinct` goes with `count`, not with `{function}`", span)


def only_of_records(span: Span, function: str) -> Diagnostic:
    text = f"`{function}` is worked out for each record of a list"
    return Diagnostic(Kind.TYPE, text, span, f"write it inside, as in `count(list where {function}(a, b) > 5)`")


def not_of_records(span: Span, function: str) -> Diagnostic:
    return Diagnostic(Kind.TYPE, f"`{function}` cannot be worked out for one record of a list", span)


def no_column_for(span: Span, breakdown: str, lists: Sequence[str]) -> Diagnostic:
    text = f"no column `{breakdown}` in {quoted_list(lists)}, which this rests on"
    return Diagnostic(Kind.UNKNOWN_NAME, text, span)


def unused_list(span: Span, name: str) -> Diagnostic:
    return Diagnostic(Kind.UNUSED, f"nothing uses list `{name}`", span, None, "warning")


def blank_left_out(span: Span, column: str, indicator: str) -> Diagnostic:
    text = (
        f"`{column}` may be blank, and a record where it is blank counts in the whole and never in this part, "
        f"which makes `{indicator}` look better"
    )
    help_ = (
        f"say what a blank means: `{column} is missing or ...` counts it, `{column} is not missing and ...` does not"
    )
    return Diagnostic(Kind.BLANK_LEFT_OUT, text, span, help_, "warning")


def order_unknown(span: Span, call: str, list_: str, first: str, second: str) -> Diagnostic:
    text = f"`{call}` is below zero where `{second}` is before `{first}`, and nothing says that it never is"
    help_ = f"write `order: [{first}, {second}]` in list `{list_}`, and such records are refused"
    return Diagnostic(Kind.ORDER_UNKNOWN, text, span, help_, "warning")
