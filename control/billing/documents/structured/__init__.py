"""Invoices as structured data: the semantic model of EN 16931-1 in its two syntaxes, UBL 2.1 and UN/CEFACT CII."""
