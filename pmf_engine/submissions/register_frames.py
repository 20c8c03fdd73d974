"""The registers of submissions as frames: the rows that count on a day."""

from __future__ import annotations

from datetime import date
from functools import cached_property

import polars as pl

from pmf_engine.diagnostics.arguments import checked
from pmf_engine.diagnostics.errors import UnknownName
from pmf_engine.submissions.register_rows import standing_rows
from pmf_engine.submissions.registers import ACTIONS, MONEY, REGISTERS, REQUESTS, REVIEWS
from pmf_engine.submissions.sent import Sent


class RegisterFrames:
    """What submissions hold of the registers of the board; a row of a later file replaces one of the same id."""

    sent: Sent

    @cached_property
    def actions(self) -> pl.DataFrame:
        """A row for each action agreed, with the columns of `ACTIONS`."""
        return ACTIONS.check(self.register_at("actions", date.max))

    @cached_property
    def requests(self) -> pl.DataFrame:
        """A row for each request outside the cycle, with the columns of `REQUESTS`."""
        return REQUESTS.check(self.register_at("requests", date.max))

    @cached_property
    def reviews(self) -> pl.DataFrame:
        """A row for each audit, survey, visit or review, with the columns of `REVIEWS`."""
        return REVIEWS.check(self.register_at("reviews", date.max))

    @cached_property
    def money(self) -> pl.DataFrame:
        """A row for each line of the board's money, with the columns of `MONEY`; several rows of a key add up."""
        return MONEY.check(self.register_at("money", date.max))

    @checked
    def register_at(self, name: str, as_of: date) -> pl.DataFrame:
        """The rows of a register that count on a day: those of files received by then, the latest of each id.

        Raises:
            UnknownName: There is no register of that name.
        """
        if name not in REGISTERS:
            raise UnknownName("register", name, REGISTERS)
        return standing_rows(self.sent.registers[name], REGISTERS[name], as_of)[0]
