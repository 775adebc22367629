"""Inbox, messages, notification templates and their dispatch."""
