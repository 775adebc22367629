"""Named queries: each page's question to the database, asked once and in one place."""
