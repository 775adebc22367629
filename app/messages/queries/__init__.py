"""The area's queries."""
