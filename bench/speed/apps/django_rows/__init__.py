"""The rows as a Django application: tables that are there already, and their admin pages."""
