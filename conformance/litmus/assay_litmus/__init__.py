"""Litmus programs with computed outcomes: see ../README.md."""
