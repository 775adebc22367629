"""The desk: one function, one use case, one transaction."""
