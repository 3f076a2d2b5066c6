"""Issue: the way of a paper from draft to number, and the proof that it stands as issued."""
