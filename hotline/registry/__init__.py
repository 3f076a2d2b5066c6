"""The registry: areas, units and their lines, by hand or from files."""
