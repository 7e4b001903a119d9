"""What the gateway would refuse, and what must not be asked of it, said before it is stored and with a pointer for each field."""
