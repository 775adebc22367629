"""Pages for children."""
