"""Organisations, their work email domains and how to choose one."""
