"""The instrument: what can be opened, read and steered."""
