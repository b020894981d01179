-- Who opened, settled, imported and assessed, by the name and the address that they had then (ADR 0026). Neither the digest of a change
-- nor what a record seals of it holds them, so that they can be taken out.
alter table change add column author_name text, add column author_email text,
  add column settled_by uuid, add column settled_by_name text, add column settled_by_email text;
alter table evaluation add column imported_by_name text, add column imported_by_email text;
alter table assessment add column author_name text, add column author_email text;
grant update (settled_by, settled_by_name, settled_by_email) on change to afterai_app;

-- Of what was before, what the trail says of that moment.
update change c set settled_by = e.actor_id, settled_by_name = e.actor_name, settled_by_email = e.actor_email
  from audit_event e where e.tenant_id = c.tenant_id and e.resource = 'change/' || c.id and e.outcome = 'allowed'
    and e.action = case c.status when 'confirmed' then 'change.confirm' when 'dismissed' then 'change.dismiss' end;
update change c set author_name = e.actor_name, author_email = e.actor_email
  from audit_event e where e.tenant_id = c.tenant_id and e.resource = 'change/' || c.id
    and e.action = 'change.open' and e.actor_id = c.author_id;
update evaluation v set imported_by_name = e.actor_name, imported_by_email = e.actor_email
  from audit_event e where e.tenant_id = v.tenant_id and e.resource = 'evaluation/' || v.id
    and e.action = 'evaluation.import' and e.actor_id = v.imported_by;
update assessment a set author_name = e.actor_name, author_email = e.actor_email
  from audit_event e where e.tenant_id = a.tenant_id and e.resource = 'assessment/' || a.id
    and e.action = 'assessment.create' and e.actor_id = a.author_id;
