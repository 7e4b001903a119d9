"""What is alike for the security of all sites."""
