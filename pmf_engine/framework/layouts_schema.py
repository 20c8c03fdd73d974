"""The structure of `layouts` in indicators.yaml: where each figure stands in a workbook of a fixed form."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from pmf_engine.framework.schema_forms import Model, Text, Word, Words, titled


class MappedCells(Model):
    """Where a figure stands, and the texts that may stand beside it as its label."""

    at: Word
    label: Words = []


class Layout(Model):
    """The form of a workbook that an agency sends every time: its files, its sheet, and the cells of each figure."""

    from_: Annotated[Word, Field(alias="from")]
    files: Text
    sheet: Word | None = None
    period: Word | None = None
    periods: Word | None = None
    groups: dict[str, Word] = {}
    cells: Annotated[dict[str, Annotated[MappedCells, titled("at")]], Field(min_length=1)]
