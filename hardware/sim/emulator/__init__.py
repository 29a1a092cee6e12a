"""Serial ports that are really a process of ours, one protocol face per controller language."""
