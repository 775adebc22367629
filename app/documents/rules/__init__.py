"""Rules for uploaded files, without a database."""
