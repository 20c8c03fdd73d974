"""Comparisons of numbers in Polars, with near-equality: numbers that differ by a rounding error count as equal."""

from __future__ import annotations

import polars as pl

from pmf_engine.domain.numbers import NEAR


def near(left: pl.Expr, right: pl.Expr) -> pl.Expr:
    """Whether two numbers count as equal (see `domain.numbers.close`)."""
    return (left - right).abs() <= NEAR * pl.max_horizontal(left.abs(), right.abs())


def less(left: pl.Expr, right: pl.Expr) -> pl.Expr:
    """Whether the left number is below the right one and does not count as equal to it."""
    return (left < right) & ~near(left, right)


def compare(operator: str, left: pl.Expr, right: pl.Expr) -> pl.Expr:
    """The comparison of two numbers by an operator of the formula language."""
    match operator:
        case "=":
            return near(left, right)
        case "!=":
            return ~near(left, right)
        case "<":
            return less(left, right)
        case "<=":
            return (left <= right) | near(left, right)
        case ">":
            return less(right, left)
        case _:
            return (left >= right) | near(left, right)
