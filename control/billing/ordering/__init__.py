"""Customers who order, change and cancel what they buy themselves, where their seller lets them."""
