"""Which recorded frames are worth labelling."""
