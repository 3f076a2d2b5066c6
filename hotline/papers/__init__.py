"""Papers: their facts, their drafts, and the documents made of them."""
