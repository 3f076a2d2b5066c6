"""Chasing: what awaits whom, who is reminded of what, and the bulletins of week and month."""
