"""What unreliability does to the score of one person."""
