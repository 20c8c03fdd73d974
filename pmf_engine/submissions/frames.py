"""Frames of an embedding program: returns and lists out of a database, as the tables and list parts that files become.

A frame is anything that gives Arrow: a Polars frame, a pandas frame, a relation of DuckDB, a table of PyArrow.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Protocol, TypeAlias, runtime_checkable

import polars as pl
import polars.selectors as cs

from pmf_engine.diagnostics.errors import Error, UnknownName
from pmf_engine.domain.dates import day_of
from pmf_engine.framework.model import Framework
from pmf_engine.submissions.engines import first_line
from pmf_engine.submissions.folder import Arrival, parse_date
from pmf_engine.submissions.list_files import arrived
from pmf_engine.submissions.list_headers import ListHeader
from pmf_engine.submissions.list_parts import ListPart
from pmf_engine.submissions.problems import Problem, say
from pmf_engine.submissions.readers import part_of_frame
from pmf_engine.submissions.table import EDGES, RawTable, as_text, beyond_calendar


@runtime_checkable
class ArrowStream(Protocol):
    """An object that gives its rows as an Arrow stream, such as a frame of pandas or a relation of DuckDB."""

    def __arrow_c_stream__(self, requested_schema: object | None = None) -> object:
        """The stream of rows, by the PyCapsule interface of Arrow."""


Frame: TypeAlias = pl.DataFrame | pl.LazyFrame | ArrowStream
"""The frames that are read. Only a LazyFrame of a list stays lazy: evaluations read it as a stream."""

ReceivedOn: TypeAlias = date | str | Mapping[str, date | str | None] | None
"""When rows were received: one day, the column that says it, either of these by frame, or None where nobody knows."""

FRAMES = "a frame of Polars or an object with `__arrow_c_stream__`"
"""What a frame must be, in a sentence."""

KEYS = {"file": pl.String, "row": pl.Int64, "key": pl.String}
"""The columns of `Given.keys`."""


class SubmissionsError(Error):
    """Submissions cannot be read at all; the message is a sentence for users."""


@dataclass(frozen=True, eq=False, repr=False)
class Records:
    """The records of a list, with what a frame cannot say of itself.

    Attributes:
        frame: A row for each record, with the columns of the list. Each evaluation reads a LazyFrame anew; of other
            frames there is a copy, so that they may change.
        covers: The first and the last day for which the frame has every record, so that no record means 0. Without it
            the frame covers the days of the period in its `name`, else the whole months between its first and its last.
        received_on: The day on which the records came; None leaves it to `from_frames`.
        name: The name of the frame in problems and explanations; None for the id of the list.
    """

    frame: Frame
    covers: tuple[date, date] | None = None
    received_on: date | None = None
    name: str | None = None

    def __repr__(self) -> str:
        covers = "" if self.covers is None else f", covering {self.covers[0]} to {self.covers[1]}"
        came = "" if self.received_on is None else f", received on {self.received_on}"
        return f"<Records {self.name or 'of a list'}{covers}{came}>"

    def __post_init__(self) -> None:
        if not isinstance(self.frame, pl.DataFrame | pl.LazyFrame | ArrowStream):
            raise TypeError(f"`frame` of records must be {FRAMES}, not {type(self.frame).__name__}")
        if self.name is not None and not isinstance(self.name, str):
            raise TypeError(f"`name` of records must be a text, not {self.name!r}")
        came = None if self.received_on is None else day_of(self.received_on, "`received_on` of records")
        if self.covers is None:
            return
        if not (isinstance(self.covers, tuple) and len(self.covers) == 2):
            raise TypeError(f"`covers` must be the first and the last day, as two dates, not {self.covers!r}")
        first, last = self.covers
        days = day_of(first, "the first day of `covers`"), day_of(last, "the last day of `covers`")
        object.__setattr__(self, "covers", days)
        if days[1] < days[0]:
            raise ValueError(f"`covers` ends on {days[1]}, before it begins on {days[0]}")
        if came is not None and days[1] > came:
            raise ValueError(
                f"`covers` ends on {days[1]}, after the records came on {came}: they can say nothing of days to come"
            )


def named(returns: Frame | Mapping[str, Frame] | None, name: str) -> Mapping[str, Frame]:
    """Frames of returns by their names; a single frame has this name."""
    if returns is None:
        return {}
    return returns if isinstance(returns, Mapping) else {name: returns}


ListFrames: TypeAlias = Frame | Records | Sequence[Records]
"""The records of a list: one frame, or several that came one after the other."""


def _records(id_: str, frames: ListFrames) -> list[Records]:
    """The records of a list, each with a name where there are several."""
    if isinstance(frames, Records):
        return [frames]
    if isinstance(frames, Sequence) and frames and all(isinstance(each, Records) for each in frames):
        many = len(frames) > 1
        return [replace(each, name=each.name or f"{id_} {at}") if many else each for at, each in enumerate(frames, 1)]
    if not isinstance(frames, pl.DataFrame | pl.LazyFrame | ArrowStream):
        raise TypeError(f"`lists[{id_!r}]` must be {FRAMES}, not {type(frames).__name__}")
    return [Records(frames)]


@dataclass(frozen=True)
class Given:
    """The content of frames.

    Attributes:
        tables: The returns, one table for each frame and day of receipt.
        parts: The list parts.
        problems: The problems of the frames.
        undated: The names of tables and list parts of which nobody knows when they were received.
        keys: The key of each row of the returns, with the columns `KEYS`.
    """

    tables: list[RawTable] = field(default_factory=list)
    parts: list[ListPart] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    undated: set[str] = field(default_factory=set)
    keys: list[pl.DataFrame] = field(default_factory=list)


@dataclass(frozen=True)
class FrameReader:
    """Reads frames for a framework.

    Attributes:
        framework: The framework of the names.
        received_on: When the rows were received.
        columns: The names of the framework for the columns that the frames call otherwise.
        key: The column of returns that names their rows in problems.
        must_be_dated: A frame without a day of receipt is a problem.
    """

    framework: Framework
    received_on: ReceivedOn
    columns: Mapping[str, str]
    key: str | None = None
    must_be_dated: bool = True

    def read(self, returns: Mapping[str, Frame], lists: Mapping[str, ListFrames]) -> Given:
        """The content of returns by the names of their frames, and of lists by their ids."""
        records = [(id_, each) for id_, frames in lists.items() for each in _records(id_, frames)]
        for id_ in lists:
            if id_ not in self.framework.lists:
                raise UnknownName("list", id_, self.framework.lists)
        names = [*returns, *(each.name or id_ for id_, each in records)]
        if twice := sorted({name for name in names if names.count(name) > 1}):
            raise ValueError(f"two frames are called `{twice[0]}`; give one of them another name")
        self._check_arrivals([*returns, *lists])
        given, seen = Given(), set[str]()
        for name, frame in returns.items():
            rows = _collected(name, frame)
            seen |= {*rows.columns}
            self._add_return(name, rows, given)
        for id_, each in records:
            lazy = each.frame if isinstance(each.frame, pl.LazyFrame) else _copied(_collected(id_, each.frame)).lazy()
            titles = _schema(id_, lazy).names()
            seen |= {*titles}
            self._add_list(id_, each, lazy, not isinstance(each.frame, pl.LazyFrame), given)
        for name in [*self.columns, *([self.key] if self.key and returns else [])]:
            if name not in seen and (returns or records):
                raise UnknownName("column", name, seen, f"no frame has a column `{name}`")
        return given

    def _check_arrivals(self, names: list[str]) -> None:
        """Raises where `received_on` names a frame that is not there."""
        for name in self.received_on if isinstance(self.received_on, Mapping) else ():
            if name not in names:
                raise UnknownName("frame", name, names, f"`received_on` names `{name}`, which is no frame")

    def _arrival(self, name: str) -> date | str | None:
        """What `received_on` says of a frame."""
        arrivals = self.received_on
        arrival = arrivals.get(name) if isinstance(arrivals, Mapping) else arrivals
        return self._day(arrival) if isinstance(arrival, date) else arrival

    def _day(self, day: date) -> date:
        """A day of receipt, in the board's time zone."""
        return day_of(day, "`received_on`", self.framework.board.time_zone)

    def _add_return(self, name: str, frame: pl.DataFrame, given: Given) -> None:
        """Adds a return: a table for each day of receipt."""
        arrival = self._arrival(name)
        titles = [self.columns.get(title, title) for title in frame.columns]
        columns = dict(zip(frame.columns, frame.get_columns(), strict=True))
        if isinstance(arrival, str) and arrival not in columns and arrival in titles:
            arrival = frame.columns[titles.index(arrival)]
        if isinstance(arrival, str) and arrival not in columns:
            raise UnknownName("column", arrival, columns, f"`{name}` has no column `{arrival}`")
        aside = {arrival, self.key}
        shown = [(title, columns[own]) for own, title in zip(columns, titles, strict=True) if own not in aside]
        texts = [as_text(column).alias(str(position)) for position, (_, column) in enumerate(shown)]
        rows = pl.DataFrame(texts) if texts else pl.DataFrame(height=frame.height)
        rows = rows.with_row_index("row", 2).cast({"row": pl.Int64})
        days = [arrival] * frame.height if not isinstance(arrival, str) else None
        if days is None:
            assert isinstance(arrival, str)
            days = self._days(name, arrival, columns[arrival], given)
        rows = rows.with_columns(pl.Series(":day", days, pl.Date))
        keys = as_text(columns[self.key]) if self.key in columns else None
        if keys is not None:
            rows = rows.with_columns(keys.alias(":key"))
        if texts:
            of_cells = pl.exclude("row", ":day", ":key")
            rows = rows.filter(~pl.all_horizontal(of_cells.str.strip_chars(EDGES).fill_null("") == ""))
        batches = rows.partition_by(":day", maintain_order=True) if rows.height else [rows]
        for batch in batches:
            day = arrival if isinstance(arrival, date) else next(iter(batch[":day"].to_list()), None)
            file = f"{name} received {day}" if isinstance(arrival, str) and day else name
            day = self._received(file, day, given)
            header = tuple(title for title, _ in shown)
            given.tables.append(
                RawTable(file, header, 1, batch.drop(":day", ":key", strict=False), received_on=day, in_order=False)
            )
            if keys is not None:
                given.keys.append(batch.select(pl.lit(file).alias("file"), "row", key=":key"))

    def _days(self, name: str, title: str, column: pl.Series, given: Given) -> list[date | None]:
        """The days of receipt of the rows of a return by a column; what is no day is a problem."""
        days: list[date | None] = []
        for row, value in enumerate(in_zone(column, self.framework.board.time_zone), 2):
            text = "" if value is None else str(value).strip(EDGES)
            day = self._day(value) if isinstance(value, date) else parse_date(text)
            if text and day is None:
                message = say("not-a-date", text=text)
                given.problems.append(Problem(name, None, row, title, text, "not-a-date", message))
            days.append(day)
        return days

    def _received(self, file: str, day: date | None, given: Given) -> date | None:
        """The day of receipt of a table or list part; a problem where nobody knows it, or it is still to come."""
        if day is not None and day > date.today():
            message = say("received-in-future", text=day, file=file)
            given.problems.append(Problem(file, None, None, None, str(day), "received-in-future", message))
            day = None
        if day is None and self.must_be_dated:
            given.problems.append(Problem(file, None, None, None, None, *_UNKNOWN_ARRIVAL))
            given.undated.add(file)
        return day

    def _add_list(self, id_: str, records: Records, frame: pl.LazyFrame, ready: bool, given: Given) -> None:
        """Adds the list part of a frame."""
        day = records.received_on or self._arrival(id_)
        if isinstance(day, str):
            raise ValueError(
                f"`{id_}` is a list, which comes as a whole: give its day in Records(frame, received_on=date), "
                f'or received_on={{"{id_}": date, ...}}, and not in a column'
            )
        name = records.name or id_
        day = self._received(name, None if day is None else self._day(day), given)
        first, last = records.covers or (None, None)
        if first and last and day and last > day:
            raise ValueError(f"`covers` of `{name}` ends on {last}, after the records came on {day}")
        part = ListPart(id_, name, None, ready=ready, time_zone=self.framework.board.time_zone)
        if records.name or records.covers:
            part = arrived(part, self.framework, Arrival(day, first, last))
        part = replace(part, received_on=day)
        header = ListHeader(self.framework.lists[id_], self.framework, {})
        given.parts.append(part_of_frame(part, frame, header, self.columns))


_UNKNOWN_ARRIVAL = (
    "arrival-unknown",
    say("arrival-unknown", who="nothing says when this frame was received", until="`received_on` gives the day"),
)


def _copied(frame: pl.DataFrame) -> pl.DataFrame:
    """A frame in memory of its own: it may share its numbers with an array that the program changes later."""
    of_numbers = cs.numeric() | cs.temporal()
    return frame.with_columns(of_numbers.gather(pl.int_range(pl.len(), dtype=pl.Int64)))


_MIXED = "; a column of numbers and words, such as `c`, must be text: in pandas, `frame.astype({'value': 'string'})`"


def _collected(name: str, frame: Frame) -> pl.DataFrame:
    """The rows of a frame in memory; raises SubmissionsError where they cannot be read to the end."""
    try:
        if isinstance(frame, pl.DataFrame):
            return frame
        return frame.collect() if isinstance(frame, pl.LazyFrame) else pl.DataFrame(frame)
    except (Exception, pl.exceptions.PanicException) as error:  # a foreign frame may raise anything
        raise _unreadable(name, error, "" if isinstance(frame, pl.LazyFrame) else _MIXED) from error


def _schema(name: str, frame: pl.LazyFrame) -> pl.Schema:
    """The columns of a lazy frame; raises SubmissionsError where they cannot be known."""
    try:
        return frame.collect_schema()
    except (Exception, pl.exceptions.PanicException) as error:
        raise _unreadable(name, error) from error


def _unreadable(name: str, error: BaseException, advice: str = "") -> SubmissionsError:
    """The error of a frame that cannot be read, with advice where what it says is about the types of a column."""
    why = first_line(error)
    advice = advice if "convert" in why.lower() else ""
    return SubmissionsError(f"cannot read the frame `{name}`, so nothing of it is used: {why}{advice}")


def in_zone(column: pl.Series, time_zone: str) -> Iterator[object]:
    """The values of a column; time stamps of a time zone as those of another, and words for days of no calendar."""
    beyond = beyond_calendar(column)
    if beyond is not None:
        column = column.set(beyond.is_not_null(), None)
    if isinstance(column.dtype, pl.Datetime) and column.dtype.time_zone is not None:
        column = column.dt.convert_time_zone(time_zone)
    return iter(column) if beyond is None else (word or day for word, day in zip(beyond, column, strict=True))
