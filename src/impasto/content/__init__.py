"""What must be kept: features of the photo that the picture may not lose."""
