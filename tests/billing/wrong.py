"""What must never be in the books and documents of billing, as statements that find nothing."""

from __future__ import annotations

WRONG = {
    "an entry that does not balance": """
        SELECT entry_id FROM hcc.ledger_lines GROUP BY entry_id HAVING sum(amount) <> 0 OR sum(base_amount) <> 0""",
    "an invoice that is not its lines and tax": """
        SELECT i.number FROM hcc.invoices i JOIN hcc.invoice_items t ON t.invoice_id = i.id
         GROUP BY i.id HAVING sum(t.line_total) <> i.amount OR sum(t.line_tax) <> i.tax OR i.amount + i.tax <> i.total""",
    "an invoice of which more was paid than it is": """
        SELECT number FROM hcc.invoices WHERE kind <> 'credit_note' AND (paid < 0 OR paid + credited > total)""",
    "paid is not what was allocated, or paid by credit at once": """
        SELECT i.number FROM hcc.invoices i LEFT JOIN hcc.payment_allocations a ON a.invoice_id = i.id
         WHERE i.kind <> 'credit_note' GROUP BY i.id HAVING coalesce(sum(a.amount), 0) + (
           SELECT coalesce(-sum(l.amount), 0) FROM hcc.ledger_lines l JOIN hcc.ledger_entries e ON e.id = l.entry_id
            WHERE e.kind = 'credit_applied' AND l.invoice_id = i.id AND l.account = 'receivable') <> i.paid""",
    "a receivable that is not what is open": """
        SELECT i.number, i.balance FROM hcc.invoices i LEFT JOIN hcc.ledger_lines l ON l.invoice_id = i.id
          AND l.account = CASE WHEN i.status = 'uncollectible' THEN 'bad_debt' ELSE 'receivable' END
         WHERE i.kind <> 'credit_note' AND i.status <> 'draft'
         GROUP BY i.id HAVING coalesce(sum(l.amount), 0) <> i.balance""",
    "a status that is not what was paid": """
        SELECT number, status, balance FROM hcc.invoices WHERE kind <> 'credit_note' AND status <> 'draft'
           AND (status IN ('paid', 'cancelled')) <> (balance = 0)""",
    "credit that is not in the books": """
        SELECT c.customer_id FROM hcc.customer_credits c JOIN hcc.ledger_lines l
            ON l.customer_id = c.customer_id AND l.account = 'customer_credit'
         GROUP BY c.customer_id, c.currency HAVING -sum(l.amount) <> min(c.amount)""",
    "credit below nought without a dispute": """
        SELECT customer_id FROM hcc.customer_credits c WHERE amount < 0
           AND NOT EXISTS (SELECT FROM hcc.payments p WHERE p.customer_id = c.customer_id AND p.disputed > 0)""",
    "money that is not from payments": """
        SELECT 1 WHERE (SELECT coalesce(sum(amount), 0) FROM hcc.ledger_lines WHERE account IN ('bank', 'cash'))
                    <> (SELECT coalesce(sum(amount - refunded - disputed), 0) FROM hcc.payments WHERE method <> 'credit')""",
    "a gap in the numbers": """
        SELECT kind, number_prefix FROM hcc.invoices WHERE number IS NOT NULL
         GROUP BY kind, number_prefix HAVING count(*) <> max(number_sequence) OR min(number_sequence) <> 1""",
}
"""Each finds rows of something that must not be."""
