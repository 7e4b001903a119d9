"""Sellers with many customers, invoices, payments and books, made in the database; benches use it too."""
