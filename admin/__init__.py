"""What staff see: the web admin process."""
