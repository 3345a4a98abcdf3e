"""What an advisor does with a score: similar clients, what-if, the letter."""
