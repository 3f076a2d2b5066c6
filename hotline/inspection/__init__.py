"""Spot checks: rounds, samples, who dials what, calls, reviews, and the figures of it all."""
