"""Pages for forms."""
