"""The same work for many recordings, on one computer or on many."""
