"""Pages for accounts."""
