-- What happens when invoices are not paid: a schedule, a case for each overdue invoice, and a log of every step.

CREATE TABLE hcc.dunning_schedules (
  id              uuid PRIMARY KEY,
  organization_id uuid NOT NULL REFERENCES hcc.organizations (id),
  name            text NOT NULL CHECK (char_length(name) BETWEEN 1 AND 100),
  is_default      boolean NOT NULL DEFAULT false,
  steps           jsonb NOT NULL CHECK (jsonb_typeof(steps) = 'array' AND jsonb_array_length(steps) BETWEEN 1 AND 20),
  version         integer NOT NULL DEFAULT 1,
  created_at      timestamptz NOT NULL DEFAULT now(),
  updated_at      timestamptz NOT NULL DEFAULT now(),
  UNIQUE (organization_id, id),
  UNIQUE (organization_id, name)
);
CREATE UNIQUE INDEX dunning_schedules_default ON hcc.dunning_schedules (organization_id) WHERE is_default;
CALL hcc.make_tenant_table('dunning_schedules');
GRANT SELECT, INSERT, UPDATE, DELETE ON hcc.dunning_schedules TO hcc_app, hcc_worker;
ALTER TABLE hcc.plans ADD FOREIGN KEY (organization_id, dunning_id) REFERENCES hcc.dunning_schedules (organization_id, id);

-- The steps are those of the schedule when the invoice became overdue: a later change of it is for later invoices.
CREATE TABLE hcc.dunning_cases (
  invoice_id      uuid PRIMARY KEY,
  organization_id uuid NOT NULL,
  customer_id     uuid NOT NULL,
  steps           jsonb NOT NULL,
  done            smallint NOT NULL DEFAULT 0,
  next_on         date,
  suspended       uuid[] NOT NULL DEFAULT '{}',
  stopped_at      timestamptz,
  stop_reason     text NOT NULL DEFAULT '' CHECK (char_length(stop_reason) <= 1000),
  closed_at       timestamptz,
  created_at      timestamptz NOT NULL DEFAULT now(),
  FOREIGN KEY (organization_id, invoice_id) REFERENCES hcc.invoices (organization_id, id)
);
COMMENT ON COLUMN hcc.dunning_cases.suspended IS 'Subscriptions that a step suspended; they are unsuspended when the invoice is settled.';
CREATE INDEX dunning_cases_due ON hcc.dunning_cases (organization_id, next_on) WHERE closed_at IS NULL;
CALL hcc.make_tenant_table('dunning_cases');
GRANT SELECT, INSERT, UPDATE ON hcc.dunning_cases TO hcc_app, hcc_worker;

-- Each step of a case is taken once: the key says so.
CREATE TABLE hcc.dunning_steps (
  invoice_id      uuid NOT NULL REFERENCES hcc.dunning_cases (invoice_id),
  step            smallint NOT NULL,
  organization_id uuid NOT NULL,
  action          text NOT NULL CHECK (action IN ('remind', 'late_fee', 'suspend', 'cancel', 'write_off')),
  outcome         text NOT NULL CHECK (outcome IN ('done', 'nothing_to_do')),
  detail          jsonb NOT NULL DEFAULT '{}',
  taken_on        date NOT NULL,
  created_at      timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (invoice_id, step)
);
CALL hcc.make_tenant_table('dunning_steps');
GRANT SELECT, INSERT ON hcc.dunning_steps TO hcc_app, hcc_worker;

CREATE TABLE hcc.dunning_stops (
  customer_id     uuid PRIMARY KEY,
  organization_id uuid NOT NULL,
  reason          text NOT NULL CHECK (char_length(reason) <= 1000),
  created_at      timestamptz NOT NULL DEFAULT now(),
  FOREIGN KEY (organization_id, customer_id) REFERENCES hcc.customers (organization_id, id)
);
CALL hcc.make_tenant_table('dunning_stops');
GRANT SELECT, INSERT, DELETE ON hcc.dunning_stops TO hcc_app, hcc_worker;

CREATE FUNCTION hcc.sellers_with_overdue(at timestamptz) RETURNS TABLE (organization_id uuid)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = hcc, pg_temp AS $$
  SELECT b.organization_id FROM billing_settings b JOIN organizations o ON o.id = b.organization_id
   WHERE o.deleted_at IS NULL AND o.is_active
     AND (EXISTS (SELECT FROM invoices i WHERE i.organization_id = b.organization_id
                     AND i.status IN ('sent', 'partially_paid', 'overdue') AND i.due_date < (at AT TIME ZONE b.timezone)::date)
          OR EXISTS (SELECT FROM dunning_cases c WHERE c.organization_id = b.organization_id AND c.closed_at IS NULL))
$$;
GRANT EXECUTE ON FUNCTION hcc.sellers_with_overdue(timestamptz) TO hcc_worker;
