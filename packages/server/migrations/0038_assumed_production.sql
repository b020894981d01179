-- When telemetry that names no environment was first counted as production; null where that never was (ADR 0024).
alter table system add column production_assumed_at timestamptz;
grant update (production_assumed_at) on system to afterai_app;
