"""Messages about needs, activities, wanted indicators and section 11."""

from __future__ import annotations

from collections.abc import Sequence

from pmf_engine.diagnostics.diagnostic import Diagnostic
from pmf_engine.diagnostics.diagnostic_kinds import DiagnosticKind as Kind
from pmf_engine.diagnostics.source import Span
from pmf_engine.diagnostics.suggestions import nearest, quoted_list
from pmf_engine.domain.faces import FACES


def wanted_with(span: Span, name: str, key: str) -> Diagnostic:
    text = f"`{name}` is wanted and not yet collected, so that it has no `{key}`"
    return Diagnostic(Kind.WANTED, text, span, "delete `state: wanted` once it is collected")


def names_wanted(span: Span, name: str) -> Diagnostic:
    return Diagnostic(Kind.WANTED, f"indicator `{name}` is wanted and not yet collected: it has no value", span)


def better_off_with(span: Span, name: str, key: str) -> Diagnostic:
    text = f"`{name}` has `better_off`, which stands for its formula, and `{key}` too"
    return Diagnostic(Kind.BETTER_OFF, text, span, f"delete `{key}` or `better_off`")


def score_of_no_number(span: Span, column: str, list_: str) -> Diagnostic:
    text = f"column `{column}` of list `{list_}` holds no numbers, so that it is no score"
    return Diagnostic(Kind.BETTER_OFF, text, span, "declare it as `number` or `number?`")


def one_score(span: Span, column: str) -> Diagnostic:
    text = f"`{column}` is the score before too, so that nothing ever changes"
    return Diagnostic(Kind.BETTER_OFF, text, span, "name the column with the score after")


def no_such_face(span: Span, name: str, face: str) -> Diagnostic:
    text = f"`{name}` has no `{face}`: an indicator with `better_off` has {quoted_list(FACES)}"
    near = nearest(face, FACES)
    return Diagnostic(Kind.UNKNOWN_NAME, text, span, f"did you mean `{name}.{near}`?" if near else None)


def bad_day(span: Span, text: str) -> Diagnostic:
    return Diagnostic(Kind.BAD_DAY, f"`{text}` is not a date", span, "write it as 2016-03-16")


def evidence_due(span: Span, text: str, name: str) -> Diagnostic:
    message = f"the evidence for content area `{name}` was to be reviewed by `{text}`, which is past"
    return Diagnostic(Kind.REVIEW_DUE, message, span, "review the evidence, and agree a later `review_by`", "warning")


def standard_of_no_grade(span: Span, name: str, kind: str) -> Diagnostic:
    return Diagnostic(Kind.SECTION_11, f"figure `{name}` is a {kind}; only a grade has a standard of section 11", span)


def standard_twice(span: Span, number: int, other: str) -> Diagnostic:
    return Diagnostic(Kind.SECTION_11, f"standard {number} is already graded by figure `{other}`", span)


def moderated_by_itself(span: Span, name: str) -> Diagnostic:
    return Diagnostic(
        Kind.SECTION_11, f"`{name}` is the self-assessment; another figure holds the moderated grades", span
    )


def moderated_otherwise(span: Span, name: str, figure: str) -> Diagnostic:
    text = f"figure `{name}` holds moderated grades of `{figure}` and has another kind, scale or frequency"
    return Diagnostic(Kind.SECTION_11, text, span)


def no_people(span: Span, name: str, missing: Sequence[str]) -> Diagnostic:
    text = f"agency `{name}` is asked for section 11 and has no {' and no '.join(missing)}"
    keys = " and ".join(f"`{role.replace(' ', '_')}`" for role in missing)
    return Diagnostic(Kind.SECTION_11, text, span, f"write {keys}: a role, not a name", "warning")
