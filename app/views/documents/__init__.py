"""Pages for files."""
