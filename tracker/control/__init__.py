"""Which way to steer."""
