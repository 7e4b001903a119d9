"""Rates of exchange: what one unit of a currency is in the seller's, by day. Set by hand, from a file, or fetched every day."""
