"""Drivers of the devices that count edges on lines (`hardware.lines`)."""
