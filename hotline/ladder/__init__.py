"""The ladder: what a closed round shows to be wrong, and what that calls for by when."""
