"""Invoices, credit notes and debit notes."""
