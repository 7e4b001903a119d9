-- Roles that organizations make themselves, beside the built-in ones.

ALTER TABLE hcc.roles
  ADD COLUMN version    integer NOT NULL DEFAULT 1,
  ADD COLUMN updated_at timestamptz NOT NULL DEFAULT now(),
  ADD CONSTRAINT roles_description_check CHECK (char_length(description) <= 200),
  -- Who holds the highest role is found by its name: no other role may be called like a built-in one.
  ADD CONSTRAINT roles_own_name_check
    CHECK (organization_id IS NULL OR name NOT IN ('superadmin', 'support', 'owner', 'staff', 'member'));

CREATE INDEX user_roles_by_role ON hcc.user_roles (organization_id, role_id);
