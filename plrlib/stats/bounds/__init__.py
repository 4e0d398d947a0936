"""What is possible where speakers are only attributed."""
