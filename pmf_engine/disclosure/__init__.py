"""Disclosure control: which rows a public paper withholds, so that nobody can work out a small count from the rest."""
