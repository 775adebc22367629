"""The rule book: plain functions over plain values. No Flask, no SQL."""
