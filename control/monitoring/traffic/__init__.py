"""What sites and their routes did, by what the gateways count."""
