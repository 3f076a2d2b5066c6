"""The tables and their constraints; no rules."""
