"""None of these runs without the parser: unittests.py then says so."""
import importlib

for name in ("tree_sitter", "tree_sitter_c"):
    importlib.import_module(name)
