"""The regression gate: base against head on one machine."""
