"""Uploaded files: checks, virus scan, storage and downloads."""
