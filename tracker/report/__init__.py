"""One recording as a page for the lab book."""
