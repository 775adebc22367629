"""SQLAlchemy rows, no behaviour. One noun a file; the front door is app/models.py."""
