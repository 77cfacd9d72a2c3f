"""Plants faults that nobody chose in goro; see ../README.md."""
