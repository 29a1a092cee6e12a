"""The loop and all that runs beside it."""
