"""Stage drivers: one file per controller language."""
