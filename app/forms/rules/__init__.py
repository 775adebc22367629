"""Rules of forms, without a database."""
