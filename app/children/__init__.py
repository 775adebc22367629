"""Children, contacts, identifiers, school years, matching of duplicates."""
