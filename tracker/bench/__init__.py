"""Benches: how fast the parts of a rig are on this computer, measured by themselves."""
