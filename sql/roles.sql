-- Roles and the schema, run once by a superuser (hcc migrate --bootstrap, or `hcc up` on its private server).
-- Safe to run again. Passwords are set apart from this file, so that they are never in a log of statements.
DO $$
DECLARE
  role_name text;
BEGIN
  FOREACH role_name IN ARRAY ARRAY['hcc_owner', 'hcc_app', 'hcc_worker', 'hcc_ingest', 'hcc_gateway'] LOOP
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = role_name) THEN
      EXECUTE format('CREATE ROLE %I LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOINHERIT NOBYPASSRLS', role_name);
    END IF;
  END LOOP;
END
$$;

REVOKE ALL ON SCHEMA public FROM PUBLIC;
CREATE SCHEMA IF NOT EXISTS hcc AUTHORIZATION hcc_owner;
CREATE SCHEMA IF NOT EXISTS jobs AUTHORIZATION hcc_owner;
GRANT USAGE ON SCHEMA hcc TO hcc_app, hcc_worker, hcc_ingest, hcc_gateway;
GRANT USAGE ON SCHEMA jobs TO hcc_app, hcc_worker;
ALTER ROLE hcc_owner SET search_path = hcc;
ALTER ROLE hcc_app SET search_path = hcc, jobs;
ALTER ROLE hcc_worker SET search_path = hcc, jobs;
ALTER ROLE hcc_ingest SET search_path = hcc;
ALTER ROLE hcc_gateway SET search_path = hcc;
