-- Who may ask questions about metrics.
UPDATE hcc.roles SET permissions = permissions || '{metrics:*}'::text[] WHERE organization_id IS NULL AND name = 'owner';
UPDATE hcc.roles SET permissions = permissions || '{metrics:read}'::text[]
 WHERE organization_id IS NULL AND (user_type, name) IN (('admin', 'support'), ('reseller', 'staff'), ('customer', 'member'));
