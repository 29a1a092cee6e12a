"""What is kept of a recording, and how it is read and scored."""
