"""What speaks for a customer's country."""
