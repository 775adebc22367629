"""Queries for accounts."""
