"""SEPA direct debits: mandates, files for the bank, and what the rulebooks ask for."""
