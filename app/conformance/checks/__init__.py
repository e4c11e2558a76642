"""The checks, by what they look at. pytest runs these files; `plugin.py` names them to it."""
