-- Built-in alert rules of organisations, who may change limits of ingestion, and a function that nobody calls any more.

-- What came with the platform, as it was when it was given: a newer version changes what the organisation left as it was.
CREATE TABLE hcc.builtin_rules (
  organization_id uuid NOT NULL REFERENCES hcc.organizations (id),
  pack            text NOT NULL CHECK (char_length(pack) BETWEEN 1 AND 63),
  key             text NOT NULL CHECK (char_length(key) BETWEEN 1 AND 63),
  version         integer NOT NULL CHECK (version > 0),
  given           jsonb NOT NULL,
  rule_id         uuid REFERENCES hcc.alert_rules (id) ON DELETE SET NULL,
  updated_at      timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (organization_id, pack, key)
);
COMMENT ON COLUMN hcc.builtin_rules.version IS 'Of the pack, when the rule was last given.';
COMMENT ON COLUMN hcc.builtin_rules.rule_id IS 'NULL once the organisation deleted the rule: it is not given again by itself.';
CREATE INDEX builtin_rules_rule ON hcc.builtin_rules (rule_id);
CALL hcc.make_tenant_table('builtin_rules');
GRANT SELECT, INSERT, DELETE ON hcc.builtin_rules TO hcc_app, hcc_worker;
GRANT UPDATE (version, given, rule_id, updated_at) ON hcc.builtin_rules TO hcc_app, hcc_worker;

-- A limit is the word of whoever sells. The organisation that it binds reads it and does not change it.
CREATE FUNCTION hcc.set_from_above(owner uuid) RETURNS boolean
LANGUAGE sql STABLE AS $$
  SELECT CASE WHEN owner = hcc.current_org_id()
              THEN EXISTS (SELECT FROM hcc.organizations o WHERE o.id = owner AND o.kind = 'platform')
              ELSE hcc.in_subtree(owner) END
$$;
COMMENT ON FUNCTION hcc.set_from_above(uuid) IS
  'Who may write what binds an organisation: those above it with access to the tree, never itself; the platform has nobody above it.';
GRANT EXECUTE ON FUNCTION hcc.set_from_above(uuid) TO hcc_app, hcc_worker;
ALTER POLICY tenant_insert ON hcc.metric_limits WITH CHECK (hcc.set_from_above(organization_id));
ALTER POLICY tenant_update ON hcc.metric_limits
  USING (hcc.set_from_above(organization_id)) WITH CHECK (hcc.set_from_above(organization_id));
ALTER POLICY tenant_delete ON hcc.metric_limits USING (hcc.set_from_above(organization_id));
REVOKE UPDATE ON hcc.metric_limits FROM hcc_app;
GRANT UPDATE (values_per_s, active_series, version, updated_at) ON hcc.metric_limits TO hcc_app;

-- Queries read `metric_values_of`, and sort where the values are used.
DROP FUNCTION hcc.metric_samples_of(integer[], timestamptz, timestamptz);
