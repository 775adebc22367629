"""The outbox, the mail backends and the worker."""
