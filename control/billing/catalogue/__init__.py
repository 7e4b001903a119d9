"""The catalogue: products, plans, prices with versions, coupons, and what resellers may sell on."""
