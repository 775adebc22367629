"""Database session, row filter, unit of work, audit, outbox, files, encryption, clock, roles."""
