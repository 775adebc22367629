"""Queries for forms."""
