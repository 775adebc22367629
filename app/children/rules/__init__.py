"""Rules of the children area: plain functions without Flask or SQL."""
