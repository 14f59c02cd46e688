"""Training: pictures packed for speed, a loop that can stop at any time and go on exactly, and the recipes."""
