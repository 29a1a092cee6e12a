"""Which animal is ours, where its head is and where it will be."""
