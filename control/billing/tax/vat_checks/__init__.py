"""What registers say of customers' VAT ids."""
