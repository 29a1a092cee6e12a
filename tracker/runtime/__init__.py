"""Who runs when: supervisor, control and stage processes, the loop, stepped time."""
