"""What is looked at, one thing a file. A collector gives points, and raises OSError or ValueError where it cannot."""
