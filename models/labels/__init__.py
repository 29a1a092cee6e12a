"""What people marked in pictures: read from any tool, compared, and brought to one answer."""
