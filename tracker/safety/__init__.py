"""Limits, dead-man, lost-worm policy and the guard: the only door to a stage that moves."""
