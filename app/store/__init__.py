"""The archive: the database, its row-level security, named queries, and the file store."""
