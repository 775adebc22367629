"""The archive: the database, the lens over it, named queries, and the file store."""
