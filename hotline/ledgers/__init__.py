"""Ledgers: every problem, paper and talk as lists that can be filtered, summed up and exported."""
