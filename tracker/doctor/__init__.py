"""The doctor: what of a config does not fit the machine, found out without moving anything.

One file a check; each is run in a process of its own with a time limit, so that a driver that
hangs or crashes costs its own line and no other.
"""
