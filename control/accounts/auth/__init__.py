"""How people prove who they are: passwords, second factor, sessions."""
