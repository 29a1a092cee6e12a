"""Camera drivers: one file per way of getting frames."""
