"""Backup and restore, system status, maintenance, key rotation, access manual."""
