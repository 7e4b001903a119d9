-- name: get
SELECT organization_id, legal_name, address, email, phone, website, registration, vat_id, tax_number, oss_registered,
       small_business, tax_registrations, pending_tax_id, iban, bic, account_holder, creditor_id, online_mandates,
       pre_notification_days, currency::text AS currency, timezone, language, page_size,
       rounding, tax_rounding, prices_include_tax, payment_terms_days, invoice_number, credit_note_number, debit_note_number,
       customer_number, footer, colour, logo IS NOT NULL AS has_logo, version, created_at, updated_at,
       -- Days of the seller's time zone and of the database may be one apart.
       (SELECT coalesce(jsonb_agg(jsonb_build_object('country', r.country, 'region', r.region, 'tax_class', r.tax_class,
                                                     'percent', r.percent::text, 'components', r.components, 'source', r.note,
                                                     'valid_from', r.valid_from, 'valid_to', r.valid_to)
                                  ORDER BY r.country, r.region, r.tax_class, r.valid_from), '[]')
          FROM hcc.tax_rates r
         WHERE r.organization_id = s.organization_id AND (r.valid_to IS NULL OR r.valid_to >= current_date - 1)) AS own_rates
  FROM hcc.billing_settings s WHERE organization_id = %(organization_id)s

-- name: lock
SELECT organization_id FROM hcc.billing_settings WHERE organization_id = %(organization_id)s FOR UPDATE

-- name: save
INSERT INTO hcc.billing_settings (
  organization_id, legal_name, address, email, phone, website, registration, vat_id, tax_number, oss_registered, small_business,
  tax_registrations, pending_tax_id, iban, bic, account_holder, creditor_id, online_mandates, pre_notification_days, currency, timezone, language, page_size, rounding, tax_rounding, prices_include_tax,
  payment_terms_days, invoice_number, credit_note_number, debit_note_number, customer_number, footer, colour)
VALUES (
  %(organization_id)s, %(legal_name)s, %(address)s, %(email)s, %(phone)s, %(website)s, %(registration)s, %(vat_id)s,
  %(tax_number)s, %(oss_registered)s, %(small_business)s,
  %(tax_registrations)s, %(pending_tax_id)s, %(iban)s, %(bic)s, %(account_holder)s, %(creditor_id)s, %(online_mandates)s, %(pre_notification_days)s, %(currency)s,
  %(timezone)s, %(language)s, %(page_size)s, %(rounding)s, %(tax_rounding)s, %(prices_include_tax)s, %(payment_terms_days)s,
  %(invoice_number)s, %(credit_note_number)s, %(debit_note_number)s, %(customer_number)s, %(footer)s, %(colour)s)
ON CONFLICT (organization_id) DO UPDATE
   SET legal_name = excluded.legal_name, address = excluded.address, email = excluded.email, phone = excluded.phone,
       website = excluded.website, registration = excluded.registration, vat_id = excluded.vat_id,
       tax_number = excluded.tax_number, oss_registered = excluded.oss_registered, small_business = excluded.small_business,
       tax_registrations = excluded.tax_registrations, pending_tax_id = excluded.pending_tax_id,
       iban = excluded.iban, bic = excluded.bic, account_holder = excluded.account_holder, creditor_id = excluded.creditor_id,
       online_mandates = excluded.online_mandates, pre_notification_days = excluded.pre_notification_days,
       currency = excluded.currency, timezone = excluded.timezone, language = excluded.language, page_size = excluded.page_size,
       rounding = excluded.rounding, tax_rounding = excluded.tax_rounding, prices_include_tax = excluded.prices_include_tax,
       payment_terms_days = excluded.payment_terms_days, invoice_number = excluded.invoice_number,
       credit_note_number = excluded.credit_note_number, debit_note_number = excluded.debit_note_number,
       customer_number = excluded.customer_number, footer = excluded.footer, colour = excluded.colour,
       version = billing_settings.version + 1, updated_at = now()

-- name: has_entries
SELECT EXISTS (SELECT FROM hcc.ledger_entries WHERE organization_id = %(organization_id)s)
