"""Security: the firewall's policies and rules, who may come and who may not, and the audit log."""
