"""Documents: what an invoice looks like on paper and as structured data, made once and kept."""
