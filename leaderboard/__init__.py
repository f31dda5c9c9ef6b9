"""The board: runs in, a ranking that says how sure it is out. Files only, no service."""
