"""The simulated rig: a world that is a pure function of time and seed."""
