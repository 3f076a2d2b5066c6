"""Commands of `hotline`, a file a subject; what is heavy is imported inside them."""
