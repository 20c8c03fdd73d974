"""Vocabulary and arithmetic that every room shares: periods, statuses, reason codes, numbers. No input or output."""
