"""Focus drives, one module a controller language."""
