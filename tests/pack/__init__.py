"""Tests of the room `pack`."""
