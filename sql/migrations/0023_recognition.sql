-- Revenue that was sold for a time is earned as the time passes: who sells, for the job that books it.

CREATE FUNCTION hcc.billing_sellers() RETURNS TABLE (organization_id uuid, timezone text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = hcc, pg_temp AS $$
  SELECT s.organization_id, s.timezone FROM billing_settings s ORDER BY s.organization_id
$$;
GRANT EXECUTE ON FUNCTION hcc.billing_sellers() TO hcc_worker;

CREATE INDEX invoice_items_period ON hcc.invoice_items (organization_id, period_start) WHERE period_start IS NOT NULL;
