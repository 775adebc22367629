"""Rules of the operations area: plain functions without Flask or SQL."""
