"""What every gateway does alike, and what the gateways made of a site."""
