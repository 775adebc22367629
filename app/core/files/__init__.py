"""Storage of files, on a disk or an object store."""
