"""Queries of the children area."""
