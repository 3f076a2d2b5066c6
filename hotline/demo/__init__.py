"""Demo data: 196 lines of Hebei with numbers that cannot be dialled, and months of test calls.

Everything goes through the use cases, each with the moment at which it would have been done.
"""
