"""Queries for organisations."""
