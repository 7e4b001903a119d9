-- Subscriptions that collect by themselves: tries to charge their invoices, retries as steps of dunning, and mails about it.

ALTER TABLE hcc.subscription_settings
  ADD mail_invoices boolean NOT NULL DEFAULT true,
  ADD payment_page  text NOT NULL DEFAULT '' CHECK (char_length(payment_page) <= 300);
COMMENT ON COLUMN hcc.subscription_settings.payment_page IS 'Where customers pay; {invoice_id} and {number} are filled in.';

-- A cause tries to charge an invoice once: when it is finalised, at a step of dunning, for a new card.
CREATE TABLE hcc.collection_tries (
  organization_id uuid NOT NULL,
  customer_org_id uuid NOT NULL,
  invoice_id      uuid NOT NULL,
  cause           text NOT NULL CHECK (char_length(cause) BETWEEN 1 AND 60),
  outcome         text NOT NULL CHECK (outcome IN ('begun', 'not_tried')),
  reason          text NOT NULL DEFAULT '' CHECK (char_length(reason) <= 60),
  payment_id      uuid,
  created_at      timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (organization_id, invoice_id, cause),
  FOREIGN KEY (organization_id, invoice_id) REFERENCES hcc.invoices (organization_id, id),
  FOREIGN KEY (organization_id, payment_id) REFERENCES hcc.payments (organization_id, id),
  CHECK ((outcome = 'begun') = (payment_id IS NOT NULL)),
  CHECK ((outcome = 'begun') = (reason = ''))
);
CALL hcc.make_tenant_table('collection_tries');
GRANT SELECT, INSERT ON hcc.collection_tries TO hcc_app, hcc_worker;

ALTER TABLE hcc.dunning_steps
  DROP CONSTRAINT dunning_steps_action_check,
  ADD CONSTRAINT dunning_steps_action_check
    CHECK (action IN ('remind', 'retry_payment', 'late_fee', 'suspend', 'cancel', 'write_off')),
  DROP CONSTRAINT dunning_steps_outcome_check,
  ADD CONSTRAINT dunning_steps_outcome_check CHECK (outcome IN ('done', 'nothing_to_do', 'not_retried'));

ALTER TABLE hcc.invoice_mails
  ADD facts jsonb NOT NULL DEFAULT '{}',
  DROP CONSTRAINT invoice_mails_what_check,
  ADD CONSTRAINT invoice_mails_what_check
    CHECK (what IN ('invoice', 'reminder', 'payment_failed', 'payment_confirm', 'debit_announced'));
COMMENT ON COLUMN hcc.invoice_mails.facts IS 'What it tells beside the document, as it was when the mail was asked for.';
