-- Documents of invoices, made once and kept as they are; the mails that carry them, and what came back.

CREATE TABLE hcc.invoice_documents (
  organization_id uuid NOT NULL,
  customer_org_id uuid NOT NULL,
  invoice_id      uuid NOT NULL,
  format          text NOT NULL CHECK (format IN ('pdf', 'ubl', 'xrechnung')),
  is_hybrid       boolean NOT NULL DEFAULT false,
  media_type      text NOT NULL,
  content         bytea NOT NULL CHECK (octet_length(content) <= 104857600),
  sha256          bytea NOT NULL,
  created_at      timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (organization_id, invoice_id, format),
  FOREIGN KEY (organization_id, invoice_id) REFERENCES hcc.invoices (organization_id, id),
  CHECK (sha256 = sha256(content))
);
COMMENT ON COLUMN hcc.invoice_documents.is_hybrid IS 'Whether a structured invoice is inside (Factur-X).';
-- PDF is compressed already.
ALTER TABLE hcc.invoice_documents ALTER content SET STORAGE EXTERNAL;
CREATE INDEX invoice_documents_customer ON hcc.invoice_documents (customer_org_id, invoice_id);
CALL hcc.make_tenant_table('invoice_documents', 'customer_org_id');
GRANT SELECT, INSERT ON hcc.invoice_documents TO hcc_app, hcc_worker;

CREATE FUNCTION hcc.invoice_documents_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE check_violation USING MESSAGE = 'a document of an invoice is never changed', CONSTRAINT = 'invoice_document_kept';
END
$$;
CREATE TRIGGER guard BEFORE UPDATE OR DELETE OR TRUNCATE ON hcc.invoice_documents
  FOR EACH STATEMENT EXECUTE FUNCTION hcc.invoice_documents_guard();

ALTER TABLE hcc.invoice_mails
  ADD request_id uuid,
  ADD message    text NOT NULL DEFAULT '' CHECK (char_length(message) <= 2000),
  ADD accepted   text[] NOT NULL DEFAULT '{}',
  ADD refused    jsonb NOT NULL DEFAULT '{}',
  ADD attempts   integer NOT NULL DEFAULT 0,
  ADD sent_at    timestamptz,
  ADD CHECK (cardinality(recipients) BETWEEN 1 AND 11);
COMMENT ON COLUMN hcc.invoice_mails.request_id IS 'The operation that asked for it: it mails an invoice once.';
COMMENT ON COLUMN hcc.invoice_mails.refused IS 'Recipients who will not get it, and why.';
ALTER TABLE hcc.invoice_mails DROP CONSTRAINT invoice_mails_status_check,
  ADD CHECK (status IN ('queued', 'retrying', 'sent', 'failed', 'bounced'));
CREATE UNIQUE INDEX invoice_mails_request ON hcc.invoice_mails (organization_id, request_id, invoice_id) WHERE request_id IS NOT NULL;

CREATE INDEX invoice_mails_invoice ON hcc.invoice_mails (invoice_id, created_at DESC);
CREATE INDEX invoice_mails_created ON hcc.invoice_mails (organization_id, created_at DESC, id DESC);

-- A bounce names a mail and nothing else; whose it is is found here, so that the rest is done in that organisation's name.
CREATE FUNCTION hcc.invoice_mail_owner(mail uuid, OUT organization_id uuid)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = hcc, pg_temp AS $$
  SELECT m.organization_id FROM invoice_mails m WHERE m.id = mail
$$;
GRANT EXECUTE ON FUNCTION hcc.invoice_mail_owner(uuid) TO hcc_worker;
