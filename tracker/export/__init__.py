"""Recordings in the formats of other people's programs: one file here a format."""
