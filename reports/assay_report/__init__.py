"""Rounds of bench programs, their statistics, and the report on them."""
