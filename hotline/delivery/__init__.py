"""Delivery: how papers and messages reach people, and what these answer."""
