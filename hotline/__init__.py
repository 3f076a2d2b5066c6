"""Hotline: spot checks of public supervision phone lines, from test call to closed problem."""
