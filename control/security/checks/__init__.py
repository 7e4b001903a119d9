"""What is right input: checks that say which field is wrong."""
