"""Lists of who may come and who may not."""
