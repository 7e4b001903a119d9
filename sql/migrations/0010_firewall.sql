-- The packet filter of each server, as data; control/security/firewall renders it for nftables.
CREATE TABLE hcc.firewalls (
  id              uuid PRIMARY KEY,
  organization_id uuid NOT NULL REFERENCES hcc.organizations (id),
  server          text NOT NULL CHECK (char_length(server) BETWEEN 1 AND 253),
  input           text NOT NULL DEFAULT 'accept' CHECK (input IN ('accept', 'drop')),
  forward         text NOT NULL DEFAULT 'accept' CHECK (forward IN ('accept', 'drop')),
  output          text NOT NULL DEFAULT 'accept' CHECK (output IN ('accept', 'drop')),
  sets            jsonb NOT NULL DEFAULT '[]',
  rules           jsonb NOT NULL DEFAULT '[]',
  note            text NOT NULL DEFAULT '' CHECK (char_length(note) <= 500),
  version         integer NOT NULL DEFAULT 1,
  created_at      timestamptz NOT NULL DEFAULT now(),
  updated_at      timestamptz NOT NULL DEFAULT now(),
  CONSTRAINT firewalls_server UNIQUE (organization_id, server)
);
CALL hcc.make_tenant_table('firewalls');
GRANT SELECT, INSERT, UPDATE, DELETE ON hcc.firewalls TO hcc_app, hcc_worker;
