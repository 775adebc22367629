"""What a new portal starts with: reference data, form templates, and for the demo a cast of people."""
