"""Pages for messages."""
