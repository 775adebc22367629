"""Flask and Flask-AppBuilder pages: each view calls one use case."""
