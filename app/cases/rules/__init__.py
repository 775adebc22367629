"""The area's rules: plain functions without a database or web request."""
