-- Indices for the questions that readers of the audit trail ask, each in the order of its pages.
create index audit_event_by_action on audit_event (tenant_id, action text_pattern_ops, id);
create index audit_event_by_actor on audit_event (tenant_id, actor_id, id);
create index audit_event_by_resource on audit_event (tenant_id, resource, id);
create index audit_event_by_request on audit_event (tenant_id, request_id);
create index audit_event_refused on audit_event (tenant_id, id) where outcome <> 'allowed';
