-- What an evaluation served in is asked of both of its roles.

create index assessment_by_baseline on assessment (tenant_id, baseline_id, id);
