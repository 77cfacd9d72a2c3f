"""Certified results: made by make certify, checked by scripts/check-results."""
