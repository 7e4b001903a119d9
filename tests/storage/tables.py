"""Every table of the schema, and whose its rows are. A table that is not here fails test_catalogue."""

from __future__ import annotations

TENANT = "rows belong to an organisation"
PERSON = "rows belong to a person"
PLATFORM = "rows belong to the platform"
GATEWAY = "written by gateways"
INGEST = "written by the writer of ingesters' logs"
SAMPLES = "values of series: no row level security, and no grant but that of the writer to add"

TABLES = {
    "access_entries": TENANT,
    "agent_claims": TENANT,
    "agents": TENANT,
    "alert_changes": TENANT,
    "alert_evaluations": TENANT,
    "alert_rules": TENANT,
    "alerts": TENANT,
    "api_keys": TENANT,
    "audit_log": TENANT,
    "bans": TENANT,
    "billing_settings": TENANT,
    "builtin_rules": TENANT,
    "check_locations": PLATFORM,
    "check_results": TENANT,
    "check_spans": TENANT,
    "check_states": TENANT,
    "checks": TENANT,
    "client_tallies": TENANT,
    "customers": TENANT,
    "exchange_rates": TENANT,
    "firewalls": TENANT,
    "gateway_certificates": TENANT,
    "gateway_hosts": TENANT,
    "gateway_reports": GATEWAY,
    "gateway_routes": TENANT,
    "gateway_settings": PLATFORM,
    "gateway_site_reports": TENANT,
    "gateway_sites": TENANT,
    "gateway_targets": TENANT,
    "gateway_upstreams": TENANT,
    "idempotency_keys": TENANT,
    "incident_updates": TENANT,
    "incidents": TENANT,
    "ingest_outages": TENANT,
    "ingest_token_uses": TENANT,
    "ingest_tokens": TENANT,
    "inhibitions": TENANT,
    "invoice_documents": TENANT,
    "invoice_items": TENANT,
    "invoice_mails": TENANT,
    "invoice_tallies": TENANT,
    "invoices": TENANT,
    "ledger_account_numbers": TENANT,
    "ledger_charts": TENANT,
    "ledger_debtors": TENANT,
    "ledger_entries": TENANT,
    "ledger_lines": TENANT,
    "login_throttle": PLATFORM,
    "maintenance_windows": TENANT,
    "match_rules": TENANT,
    "memberships": TENANT,
    "metric_families": TENANT,
    "metric_limits": TENANT,
    "metric_rollups": SAMPLES,
    "metric_rollups_300": SAMPLES,
    "metric_rollups_3600": SAMPLES,
    "metric_rollups_60": SAMPLES,
    "metric_rollups_86400": SAMPLES,
    "metric_rollups_due": PLATFORM,
    "metric_samples": SAMPLES,
    "metric_samples_moved": PLATFORM,
    "metric_segments": INGEST,
    "metric_series": TENANT,
    "metric_settings": PLATFORM,
    "notification_channels": TENANT,
    "notification_groups": TENANT,
    "notification_routes": TENANT,
    "notifications": TENANT,
    "number_series": TENANT,
    "operations": TENANT,
    "organizations": TENANT,
    "oss_warnings": TENANT,
    "outbox_events": TENANT,
    "outgoing_mail": TENANT,
    "passkey_challenges": PLATFORM,
    "passkeys": PERSON,
    "password_history": PERSON,
    "place_evidence": TENANT,
    "recovery_codes": PERSON,
    "refresh_tokens": PERSON,
    "revoked_sessions": PLATFORM,
    "roles": TENANT,
    "schema_migrations": PLATFORM,
    "security_events": TENANT,
    "security_policies": TENANT,
    "security_settings": PLATFORM,
    "seen_requests": TENANT,
    "sessions": PERSON,
    "signing_keys": PLATFORM,
    "silences": TENANT,
    "site_watches": TENANT,
    "status_pages": TENANT,
    "table_views": TENANT,
    "tax_flags": TENANT,
    "tax_rates": TENANT,
    "threat_detectors": PLATFORM,
    "user_credentials": PERSON,
    "user_exports": TENANT,
    "user_roles": TENANT,
    "users": TENANT,
    "vat_checks": TENANT,
    "vat_watches": TENANT,
    "waf_exclusions": TENANT,
    "waf_rules": TENANT,
    "web_preferences": PERSON,
    "web_sessions": PERSON,
    "webhook_deliveries": TENANT,
    "webhook_endpoints": TENANT,
    # What is sold again and again, and reminders.
    "coupon_redemptions": TENANT,
    "coupons": TENANT,
    "dunning_cases": TENANT,
    "dunning_schedules": TENANT,
    "dunning_steps": TENANT,
    "dunning_stops": TENANT,
    "plans": TENANT,
    "prices": TENANT,
    "products": TENANT,
    "renewal_failures": TENANT,
    "reseller_statement_lines": TENANT,
    "reseller_statements": TENANT,
    "reseller_terms": TENANT,
    "subscription_changes": TENANT,
    "subscription_charges": TENANT,
    "subscription_items": TENANT,
    "subscription_periods": TENANT,
    "subscription_settings": TENANT,
    "subscriptions": TENANT,
    "supplier_shares": TENANT,
    "usage_readings": TENANT,
    # Payments.
    "collection_tries": TENANT,
    "bank_entries": TENANT,
    "bank_statements": TENANT,
    "credit_adjustments": TENANT,
    "customer_credits": TENANT,
    "disputes": TENANT,
    "payment_allocations": TENANT,
    "mandate_consents": TENANT,
    "payment_methods": TENANT,
    "payment_provider_accounts": TENANT,
    "payments": TENANT,
    "provider_customers": TENANT,
    "provider_events": TENANT,
    "refunds": TENANT,
    "sepa_batches": TENANT,
    "statement_profiles": TENANT,
}
TENANT_TABLES = [name for name, kind in TABLES.items() if kind == TENANT and name != "organizations"]
BINDING_TABLES = ["metric_limits"]
"""What binds an organisation and is written by those above it."""
PERSON_TABLES = [name for name, kind in TABLES.items() if kind == PERSON]

# ruff: noqa: E501
# One row each, in an order that foreign keys allow. The names in the parameters are made fresh for each organisation.
ROWS = {
    "users": "INSERT INTO hcc.users (id, organization_id, email, username) VALUES (%(user)s, %(org)s, %(mark)s || '@x.test', %(mark)s)",
    "memberships": "INSERT INTO hcc.memberships (organization_id, user_id) VALUES (%(org)s, %(user)s)",
    "roles": "INSERT INTO hcc.roles (id, organization_id, name, user_type) VALUES (%(role)s, %(org)s, 'helper', 'customer')",
    "user_roles": "INSERT INTO hcc.user_roles (organization_id, user_id, role_id) VALUES (%(org)s, %(user)s, %(role)s)",
    "api_keys": "INSERT INTO hcc.api_keys (id, organization_id, user_id, name, prefix, key_hash, scopes)"
    " VALUES (%(id)s, %(org)s, %(user)s, 'key', %(mark)s, '', '{}')",
    "audit_log": "INSERT INTO hcc.audit_log (organization_id, actor_type, action, subject_type, subject_id)"
    " VALUES (%(org)s, 'system', 'thing.done', 'thing', '1')",
    "outbox_events": "INSERT INTO hcc.outbox_events (event_id, organization_id, topic, payload) VALUES (%(id)s, %(org)s, 'a.b', '{}')",
    "idempotency_keys": "INSERT INTO hcc.idempotency_keys (organization_id, actor_id, key, request_hash, status, response)"
    " VALUES (%(org)s, %(user)s, 'k', '', 201, '')",
    "table_views": "INSERT INTO hcc.table_views (id, organization_id, user_id, table_name, name, query)"
    " VALUES (%(id)s, %(org)s, %(user)s, %(mark)s, %(mark)s, '')",
    "operations": "INSERT INTO hcc.operations (id, organization_id, kind, subject_type, subject_id)"
    " VALUES (%(id)s, %(org)s, 'x', 'user', '1')",
    "webhook_endpoints": "INSERT INTO hcc.webhook_endpoints (id, organization_id, url, topics, secret)"
    " VALUES (%(endpoint)s, %(org)s, 'https://x.test/', '{}', '')",
    "webhook_deliveries": "INSERT INTO hcc.webhook_deliveries (id, organization_id, endpoint_id, event_id, topic, body)"
    " VALUES (%(id)s, %(org)s, %(endpoint)s, %(id)s, 'a.b', '{}')",
    "outgoing_mail": "INSERT INTO hcc.outgoing_mail (id, organization_id, recipient, template, context, message_id)"
    " VALUES (%(id)s, %(org)s, 'a@x.test', 'invitation', '', %(mark)s)",
    "gateway_sites": "INSERT INTO hcc.gateway_sites (id, organization_id, name, hosts) VALUES (%(site)s, %(org)s, 'site', ARRAY[%(mark)s || '.test'])",
    "gateway_hosts": "INSERT INTO hcc.gateway_hosts (host, organization_id, site_id) VALUES (%(mark)s || '.example', %(org)s, %(site)s)",
    "gateway_site_reports": "INSERT INTO hcc.gateway_site_reports (gateway, site_id, organization_id, revision)"
    " VALUES ('edge', %(site)s, %(org)s, 1)",
    "site_watches": "INSERT INTO hcc.site_watches (site_id, organization_id, until) VALUES (%(site)s, %(org)s, now())",
    "seen_requests": "INSERT INTO hcc.seen_requests (organization_id, site_id, gateway, left_out, requests)"
    " VALUES (%(org)s, %(site)s, 'edge', 0, '[]')",
    "gateway_certificates": "INSERT INTO hcc.gateway_certificates (id, organization_id, hosts, chain_pem, private_key, key_type, subject,"
    " issuer, serial, fingerprint, not_before, not_after)"
    " VALUES (%(id)s, %(org)s, '{x.test}', '', '', 'EC', '', '', '1', repeat('0', 64), now(), now())",
    "gateway_upstreams": "INSERT INTO hcc.gateway_upstreams (id, organization_id, site_id, name)"
    " VALUES (%(upstream)s, %(org)s, %(site)s, 'up')",
    "gateway_targets": "INSERT INTO hcc.gateway_targets (id, organization_id, site_id, upstream_id, address)"
    " VALUES (%(id)s, %(org)s, %(site)s, %(upstream)s, '10.0.0.1:80')",
    "gateway_routes": "INSERT INTO hcc.gateway_routes (id, organization_id, site_id, upstream_id, path_prefix)"
    " VALUES (%(id)s, %(org)s, %(site)s, %(upstream)s, '/')",
    "user_exports": "INSERT INTO hcc.user_exports (id, organization_id, user_id, document) VALUES (%(id)s, %(org)s, %(user)s, '')",
    "security_policies": "INSERT INTO hcc.security_policies (id, organization_id, mode) VALUES (%(id)s, %(org)s, 'block')",
    "waf_exclusions": "INSERT INTO hcc.waf_exclusions (id, organization_id, tag) VALUES (%(id)s, %(org)s, 'attack-sqli')",
    "waf_rules": "INSERT INTO hcc.waf_rules (id, organization_id, name, text) VALUES (%(id)s, %(org)s, 'own', 'SecMarker \"a\"')",
    "match_rules": "INSERT INTO hcc.match_rules (id, organization_id, name, conditions, action)"
    " VALUES (%(id)s, %(org)s, 'own', '{}', 'block')",
    "access_entries": "INSERT INTO hcc.access_entries (id, organization_id, country, action) VALUES (%(id)s, %(org)s, 'DE', 'deny')",
    "client_tallies": "INSERT INTO hcc.client_tallies (organization_id, gateway, client, login, unauthorized, not_found, scanner, limited,"
    " waf_score, sample) VALUES (%(org)s, 'edge', '192.0.2.1', 0, 0, 1, 0, 0, 0, '/')",
    "security_events": "INSERT INTO hcc.security_events (id, organization_id, at, gateway, requests, action, source, message, client, method,"
    " host, path, user_agent, status, request_id) VALUES (%(id)s, %(org)s, now(), 'edge', 1, 'blocked', 'waf', '', '192.0.2.1', 'GET', '', '/', '', 403, '')",
    "firewalls": "INSERT INTO hcc.firewalls (id, organization_id, server) VALUES (%(id)s, %(org)s, 'web1')",
    "ingest_tokens": "INSERT INTO hcc.ingest_tokens (id, organization_id, name, prefix, token_hash)"
    " VALUES (%(id)s, %(org)s, 'agent', 'hcc_in_', sha256(%(mark)s::bytea))",
    "ingest_token_uses": "INSERT INTO hcc.ingest_token_uses (token_id, organization_id, last_used_at) VALUES (%(id)s, %(org)s, now())",
    "agent_claims": "INSERT INTO hcc.agent_claims (id, organization_id, claim_hash, expires_at)"
    " VALUES (%(id)s, %(org)s, sha256(%(mark)s::bytea), now())",
    "agents": "INSERT INTO hcc.agents (id, organization_id, name, token_id) VALUES (%(id)s, %(org)s, 'web1', %(id)s)",
    "metric_limits": "INSERT INTO hcc.metric_limits (organization_id) VALUES (%(org)s)",
    "metric_series": "INSERT INTO hcc.metric_series (organization_id, name, key) VALUES (%(org)s, 'up', substr(sha256(%(mark)s::bytea), 1, 16))",
    "metric_families": "INSERT INTO hcc.metric_families (organization_id, name, kind) VALUES (%(org)s, 'up', 'gauge')",
    "alert_rules": "INSERT INTO hcc.alert_rules (id, organization_id, name, expression) VALUES (%(rule)s, %(org)s, 'up', 'up == 0')",
    "builtin_rules": "INSERT INTO hcc.builtin_rules (organization_id, pack, key, version, given, rule_id)"
    " VALUES (%(org)s, 'server', 'load-high', 1, '{}', %(rule)s)",
    "alert_evaluations": "INSERT INTO hcc.alert_evaluations (rule_id, organization_id) VALUES (%(rule)s, %(org)s)",
    "alerts": "INSERT INTO hcc.alerts (id, organization_id, source, source_id, fingerprint, name, severity, series, labels, phase, since,"
    " known_at) VALUES (%(id)s, %(org)s, 'rule', %(id)s, substr(sha256(%(mark)s::bytea), 1, 16), 'up', 'info', '{}', '{}', 'firing', now(),"
    " now())",
    "alert_changes": "INSERT INTO hcc.alert_changes (id, organization_id, alert_id, name, labels, before, after, at)"
    " VALUES (%(id)s, %(org)s, %(id)s, 'up', '{}', 'pending', 'firing', now())",
    "ingest_outages": "INSERT INTO hcc.ingest_outages (id, organization_id, began) VALUES (%(id)s, %(org)s, now())",
    "silences": "INSERT INTO hcc.silences (id, organization_id, matchers, reason, starts_at, ends_at)"
    " VALUES (%(id)s, %(org)s, '[]', 'why', now(), now())",
    "maintenance_windows": "INSERT INTO hcc.maintenance_windows (id, organization_id, name, starts_at, duration_s)"
    " VALUES (%(id)s, %(org)s, 'night', now(), 3600)",
    "inhibitions": "INSERT INTO hcc.inhibitions (id, organization_id, name, source, target) VALUES (%(id)s, %(org)s, 'host', '[]', '[]')",
    "notification_channels": "INSERT INTO hcc.notification_channels (id, organization_id, name, kind, sealed)"
    " VALUES (%(channel)s, %(org)s, 'mail', 'mail', '')",
    "notification_routes": "INSERT INTO hcc.notification_routes (id, organization_id, name, steps) VALUES (%(way)s, %(org)s, 'all', '[]')",
    "notification_groups": "INSERT INTO hcc.notification_groups (id, organization_id, route_id, key, began_at)"
    " VALUES (%(id)s, %(org)s, %(way)s, '{}', now())",
    "notifications": "INSERT INTO hcc.notifications (id, organization_id, channel_id, kind, message)"
    " VALUES (%(id)s, %(org)s, %(channel)s, 'test', '{}')",
    "checks": "INSERT INTO hcc.checks (id, organization_id, name, kind) VALUES (%(check)s, %(org)s, 'site', 'http')",
    "check_states": "INSERT INTO hcc.check_states (check_id, organization_id, location) VALUES (%(check)s, %(org)s, 'default')",
    "check_spans": "INSERT INTO hcc.check_spans (id, organization_id, check_id, state, began)"
    " VALUES (%(id)s, %(org)s, %(check)s, 'up', now())",
    "check_results": "INSERT INTO hcc.check_results (id, organization_id, check_id, location, at, ok)"
    " VALUES (%(id)s, %(org)s, %(check)s, 'default', now(), true)",
    "status_pages": "INSERT INTO hcc.status_pages (id, organization_id, slug, title) VALUES (%(page)s, %(org)s, %(mark)s, 'Status')",
    "incidents": "INSERT INTO hcc.incidents (id, organization_id, page_id, title, impact, status, started_at)"
    " VALUES (%(incident)s, %(org)s, %(page)s, 'Down', 'minor', 'investigating', now())",
    "incident_updates": "INSERT INTO hcc.incident_updates (id, organization_id, incident_id, status, text)"
    " VALUES (%(id)s, %(org)s, %(incident)s, 'investigating', 'We look')",
    "bans": "INSERT INTO hcc.bans (id, organization_id, network, reason) VALUES (%(id)s, %(org)s, '192.0.2.1', 'why')",
    "billing_settings": "INSERT INTO hcc.billing_settings (organization_id, legal_name, address, email)"
    " VALUES (%(org)s, 'Seller', '{}', 'a@x.test')",
    "number_series": "INSERT INTO hcc.number_series (organization_id, kind, prefix) VALUES (%(org)s, 'invoice', 'INV-')",
    "customers": "INSERT INTO hcc.customers (id, organization_id, customer_org_id, number, kind, name, email, address, currency, language)"
    " VALUES (%(customer)s, %(org)s, %(org)s, %(mark)s, 'private', 'A', 'a@x.test', '{}', 'EUR', 'en')",
    "exchange_rates": "INSERT INTO hcc.exchange_rates (organization_id, currency, base, valid_from, rate)"
    " VALUES (%(org)s, 'USD', 'EUR', '2026-01-01', 0.9)",
    "invoices": "INSERT INTO hcc.invoices (id, organization_id, customer_id, customer_org_id, customer_name, currency)"
    " VALUES (%(invoice)s, %(org)s, %(customer)s, %(org)s, 'A', 'EUR')",
    "invoice_tallies": "INSERT INTO hcc.invoice_tallies (organization_id, kind, status, documents) VALUES (%(org)s, 'invoice', 'draft', 0)",
    "invoice_items": "INSERT INTO hcc.invoice_items (id, organization_id, customer_org_id, invoice_id, position, description, quantity,"
    " unit_price, tax_category, tax_rate, line_total, line_tax) VALUES (%(id)s, %(org)s, %(org)s, %(invoice)s, 1, 'x', 1, 1, 'S', 19, 1, 0)",
    "invoice_documents": "INSERT INTO hcc.invoice_documents (organization_id, customer_org_id, invoice_id, format, media_type, content,"
    " sha256) VALUES (%(org)s, %(org)s, %(invoice)s, 'pdf', 'application/pdf', 'x', sha256('x'))",
    "invoice_mails": "INSERT INTO hcc.invoice_mails (id, organization_id, customer_org_id, invoice_id, what, recipients)"
    " VALUES (%(id)s, %(org)s, %(org)s, %(invoice)s, 'invoice', '{a@x.test}')",
    "collection_tries": "INSERT INTO hcc.collection_tries (organization_id, customer_org_id, invoice_id, cause, outcome, reason)"
    " VALUES (%(org)s, %(org)s, %(invoice)s, 'finalised', 'not_tried', 'under_way')",
    "ledger_entries": "WITH e AS (INSERT INTO hcc.ledger_entries (id, organization_id, booked_on, kind, source, currency)"
    " VALUES (%(entry)s, %(org)s, '2026-01-01', 'test', %(entry)s, 'EUR'))"
    " INSERT INTO hcc.ledger_lines (organization_id, entry_id, account, amount, base_amount)"
    " SELECT %(org)s, %(entry)s, 'bank', n, n FROM unnest(ARRAY[1, -1]) AS n",
    "ledger_lines": "WITH e AS (INSERT INTO hcc.ledger_entries (id, organization_id, booked_on, kind, source, currency)"
    " VALUES (%(id)s, %(org)s, '2026-01-01', 'test', %(id)s, 'EUR'))"
    " INSERT INTO hcc.ledger_lines (organization_id, entry_id, account, amount, base_amount)"
    " SELECT %(org)s, %(id)s, 'bank', n, n FROM unnest(ARRAY[1, -1]) AS n",
    "ledger_account_numbers": "INSERT INTO hcc.ledger_account_numbers (organization_id, account, number) VALUES (%(org)s, 'revenue', '8400')",
    "ledger_charts": "INSERT INTO hcc.ledger_charts (organization_id, chart, consultant_number, client_number)"
    " VALUES (%(org)s, 'skr03', 1001, 1)",
    "ledger_debtors": "INSERT INTO hcc.ledger_debtors (organization_id, customer_id, number) VALUES (%(org)s, %(customer)s, 10000)",
    "tax_rates": "INSERT INTO hcc.tax_rates (id, organization_id, country, tax_class, percent, valid_from)"
    " VALUES (%(id)s, %(org)s, 'DE', 'standard', 19, '2020-01-01')",
    "vat_checks": "INSERT INTO hcc.vat_checks (id, organization_id, customer_id, tax_id, outcome)"
    " VALUES (%(id)s, %(org)s, %(customer)s, 'DK13612870', 'valid')",
    "vat_watches": "INSERT INTO hcc.vat_watches (organization_id, customer_id, tax_id) VALUES (%(org)s, %(customer)s, 'DK13612870')",
    "tax_flags": "INSERT INTO hcc.tax_flags (id, organization_id, invoice_id, customer_id, reason)"
    " VALUES (%(id)s, %(org)s, %(invoice)s, %(customer)s, 'tax_id_invalid')",
    "place_evidence": "INSERT INTO hcc.place_evidence (id, organization_id, customer_id, kind, country, source)"
    " VALUES (%(id)s, %(org)s, %(customer)s, 'bank', 'FR', 'manual')",
    "oss_warnings": "INSERT INTO hcc.oss_warnings (organization_id, year, percent) VALUES (%(org)s, 2026, 80)",
    # What is sold again and again, and reminders.
    "dunning_schedules": "INSERT INTO hcc.dunning_schedules (id, organization_id, name, steps)"
    """ VALUES (%(schedule)s, %(org)s, 'usual', '[{"days": 1, "action": "remind"}]')""",
    "products": "INSERT INTO hcc.products (id, organization_id, name) VALUES (%(product)s, %(org)s, 'Hosting')",
    "plans": "INSERT INTO hcc.plans (id, organization_id, product_id, name, dunning_id)"
    " VALUES (%(plan)s, %(org)s, %(product)s, 'Small', %(schedule)s)",
    "prices": "INSERT INTO hcc.prices (id, organization_id, plan_id, currency, interval, model, amount, valid_from)"
    " VALUES (%(price)s, %(org)s, %(plan)s, 'EUR', 'month', 'flat', 10, '2026-01-01')",
    "coupons": "INSERT INTO hcc.coupons (id, organization_id, code, percent, duration) VALUES (%(coupon)s, %(org)s, %(mark)s, 10, 'once')",
    "reseller_terms": "INSERT INTO hcc.reseller_terms (id, organization_id, reseller_org_id, kind, percent)"
    " VALUES (%(id)s, %(org)s, %(org)s, 'wholesale', 20)",
    "supplier_shares": "INSERT INTO hcc.supplier_shares (id, organization_id, supplier_org_id, invoice_item_id, supplier_plan_id, kind,"
    " percent, booked_on, currency, sold) VALUES (%(id)s, %(org)s, %(org)s, %(id)s, %(plan)s, 'wholesale', 20, '2026-01-01', 'EUR', 1)",
    "reseller_statements": "INSERT INTO hcc.reseller_statements (id, organization_id, reseller_org_id, customer_id, month, currency,"
    " sales, sold, owed, amount, amount_currency)"
    " VALUES (%(schedule)s, %(org)s, %(org)s, %(customer)s, '2026-01-01', 'EUR', 1, 1, 1, 1, 'EUR')",
    "reseller_statement_lines": "INSERT INTO hcc.reseller_statement_lines (share_id, organization_id, reseller_org_id, statement_id,"
    " booked_on, plan_id, plan_name, kind, percent, sold, owed)"
    " VALUES (%(id)s, %(org)s, %(org)s, %(schedule)s, '2026-01-01', %(plan)s, 'Small', 'wholesale', 20, 1, 1)",
    "subscription_settings": "INSERT INTO hcc.subscription_settings (organization_id) VALUES (%(org)s)",
    "subscriptions": "INSERT INTO hcc.subscriptions (id, organization_id, customer_id, customer_org_id, name, status, currency, interval,"
    " collection, prices_include_tax, anchor_month, anchor_day, started_on, billed_until)"
    " VALUES (%(subscription)s, %(org)s, %(customer)s, %(org)s, 'Hosting', 'active', 'EUR', 'month', 'invoice', false, '2026-01-01', 1,"
    " '2026-01-01', '2026-02-01')",
    "subscription_items": "INSERT INTO hcc.subscription_items (id, organization_id, customer_org_id, subscription_id, plan_id, price_id,"
    " name, quantity, position, started_on) VALUES (%(item)s, %(org)s, %(org)s, %(subscription)s, %(plan)s, %(price)s, 'Small', 1, 1,"
    " '2026-01-01')",
    "subscription_periods": "INSERT INTO hcc.subscription_periods (subscription_id, period_start, period_end, organization_id,"
    " customer_org_id, amount, billed_on) VALUES (%(subscription)s, '2026-01-01', '2026-02-01', %(org)s, %(org)s, 10, '2026-01-01')",
    "subscription_charges": "INSERT INTO hcc.subscription_charges (id, organization_id, customer_org_id, subscription_id, item_id, invoice_id,"
    " invoice_item_id, full_start, full_end, charged_from, charged_to, full_amount) VALUES (%(id)s, %(org)s, %(org)s, %(subscription)s,"
    " %(item)s, %(invoice)s, %(id)s, '2026-01-01', '2026-02-01', '2026-01-01', '2026-02-01', 10)",
    "usage_readings": "INSERT INTO hcc.usage_readings (item_id, period_start, period_end, organization_id, customer_org_id, subscription_id,"
    " value) VALUES (%(item)s, '2026-01-01', '2026-02-01', %(org)s, %(org)s, %(subscription)s, 1)",
    "subscription_changes": "INSERT INTO hcc.subscription_changes (id, organization_id, customer_org_id, subscription_id, kind, effective_on)"
    " VALUES (%(id)s, %(org)s, %(org)s, %(subscription)s, 'created', '2026-01-01')",
    "renewal_failures": "INSERT INTO hcc.renewal_failures (subscription_id, organization_id, reason, again_at)"
    " VALUES (%(subscription)s, %(org)s, 'why', now())",
    "coupon_redemptions": "INSERT INTO hcc.coupon_redemptions (subscription_id, coupon_id, organization_id, customer_id, redeemed_on)"
    " VALUES (%(subscription)s, %(coupon)s, %(org)s, %(customer)s, '2026-01-01')",
    "dunning_cases": "INSERT INTO hcc.dunning_cases (invoice_id, organization_id, customer_id, steps)"
    " VALUES (%(invoice)s, %(org)s, %(customer)s, '[]')",
    "dunning_steps": "INSERT INTO hcc.dunning_steps (invoice_id, step, organization_id, action, outcome, taken_on)"
    " VALUES (%(invoice)s, 1, %(org)s, 'remind', 'done', '2026-01-01')",
    "dunning_stops": "INSERT INTO hcc.dunning_stops (customer_id, organization_id, reason) VALUES (%(customer)s, %(org)s, 'why')",
    "payment_provider_accounts": "INSERT INTO hcc.payment_provider_accounts (id, organization_id, provider, secret_key, webhook_secret,"
    " key_hint, publishable_key, is_live) VALUES (%(id)s, %(org)s, 'stripe', '', '', '', '', false)",
    "provider_customers": "INSERT INTO hcc.provider_customers (organization_id, customer_id, provider, reference)"
    " VALUES (%(org)s, %(customer)s, 'stripe', 'cus_1')",
    "payment_methods": "INSERT INTO hcc.payment_methods (id, organization_id, customer_id, customer_org_id, kind, provider,"
    " provider_reference) VALUES (%(id)s, %(org)s, %(customer)s, %(org)s, 'card', 'stripe', %(mark)s)",
    "mandate_consents": "WITH m AS (INSERT INTO hcc.payment_methods (id, organization_id, customer_id, customer_org_id, kind, provider,"
    " provider_reference) VALUES (gen_random_uuid(), %(org)s, %(customer)s, %(org)s, 'card', 'stripe', %(mark)s || '2') RETURNING id)"
    " INSERT INTO hcc.mandate_consents (payment_method_id, organization_id, customer_org_id, given_by, given_with, language,"
    " creditor_name, creditor_id, creditor_address, words) SELECT id, %(org)s, %(org)s, %(org)s, 'user', 'en', '', '', '{}', '{a}' FROM m",
    "sepa_batches": "INSERT INTO hcc.sepa_batches (id, organization_id, message_id, scheme, collected_on, payments, total, document,"
    " sha256) VALUES (%(id)s, %(org)s, %(mark)s, 'CORE', '2026-01-02', 1, 1, '', sha256(''))",
    "payments": "INSERT INTO hcc.payments (id, organization_id, customer_id, customer_org_id, method, currency, amount)"
    " VALUES (%(payment)s, %(org)s, %(customer)s, %(org)s, 'other', 'EUR', 1)",
    "refunds": "INSERT INTO hcc.refunds (id, organization_id, customer_org_id, payment_id, amount, status, refunded_on)"
    " VALUES (%(id)s, %(org)s, %(org)s, %(payment)s, 1, 'pending', '2026-01-02')",
    "disputes": "INSERT INTO hcc.disputes (id, organization_id, customer_org_id, payment_id, kind, provider_reference, amount, status)"
    " VALUES (%(id)s, %(org)s, %(org)s, %(payment)s, 'return', %(mark)s, 1, 'won')",
    # Two lines that add up to what a pending payment has: nothing.
    "payment_allocations": "INSERT INTO hcc.payment_allocations (id, organization_id, customer_org_id, payment_id, amount, kind, source)"
    " SELECT gen_random_uuid(), %(org)s, %(org)s, %(payment)s, n, kind, %(id)s"
    " FROM (VALUES (1, 'payment'), (-1, 'refund')) AS line (n, kind)",
    "customer_credits": "INSERT INTO hcc.customer_credits (organization_id, customer_id, customer_org_id, currency, amount, base_amount)"
    " VALUES (%(org)s, %(customer)s, %(org)s, 'EUR', 1, 1)",
    "credit_adjustments": "INSERT INTO hcc.credit_adjustments (id, organization_id, customer_id, currency, amount, reason)"
    " VALUES (%(id)s, %(org)s, %(customer)s, 'EUR', 1, 'why')",
    "provider_events": "INSERT INTO hcc.provider_events (id, organization_id, provider, event_id, topic, object_kind, object_id,"
    " happened_at) VALUES (%(id)s, %(org)s, 'stripe', %(mark)s, 'a.b', '', '', now())",
    "statement_profiles": "INSERT INTO hcc.statement_profiles (id, organization_id, name, layout) VALUES (%(id)s, %(org)s, %(mark)s, '{}')",
    "bank_statements": "INSERT INTO hcc.bank_statements (id, organization_id, format, account, currency, entries, known)"
    " VALUES (%(statement)s, %(org)s, 'csv', 'DE1', 'EUR', 1, 0)",
    "bank_entries": "INSERT INTO hcc.bank_entries (id, organization_id, statement_id, account, entry_reference, booked_on, amount, currency)"
    " VALUES (%(id)s, %(org)s, %(statement)s, 'DE1', %(mark)s, '2026-01-02', 1, 'EUR')",
}
PERSON_ROWS = {
    "sessions": "INSERT INTO hcc.sessions (id, user_id, acting_org_id, expires_at)"
    " VALUES (%(session)s, %(user)s, %(org)s, now() + interval '1 day')",
    "refresh_tokens": "INSERT INTO hcc.refresh_tokens (token_hash, session_id, user_id, expires_at)"
    " VALUES (sha256(%(mark)s::bytea), %(session)s, %(user)s, now() + interval '1 day')",
    "user_credentials": "INSERT INTO hcc.user_credentials (user_id, password_hash) VALUES (%(user)s, 'x')",
    "passkeys": "INSERT INTO hcc.passkeys (id, user_id, credential_id, public_key, sign_count, aaguid, rp_id, name, is_backed_up)"
    " VALUES (gen_random_uuid(), %(user)s, sha256(%(mark)s::bytea), 'x', 0, gen_random_uuid(), 'x.example', 'x', false)",
    "recovery_codes": "INSERT INTO hcc.recovery_codes (user_id, code_hash) VALUES (%(user)s, '')",
    "web_sessions": "INSERT INTO hcc.web_sessions (session_id, user_id, secret_hash)"
    " VALUES (%(session)s, %(user)s, sha256(%(mark)s::bytea))",
    "web_preferences": "INSERT INTO hcc.web_preferences (user_id, name, value) VALUES (%(user)s, %(mark)s, '{}')",
    "password_history": "INSERT INTO hcc.password_history (user_id, password_hash) VALUES (%(user)s, 'x')",
}
