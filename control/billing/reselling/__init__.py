"""What resellers and who sells to them settle each month."""
