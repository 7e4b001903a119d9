"""What the firewall leaves out."""
