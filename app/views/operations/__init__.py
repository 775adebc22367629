"""Pages for operations."""
