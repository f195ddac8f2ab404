"""Section 10 of the theory on the genuine layers of a model: one question a file."""
