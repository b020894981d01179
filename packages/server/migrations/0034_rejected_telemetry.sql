-- What was rejected of a batch that was taken, so that a retry is told the same: counts by reason, or places in the batch.
alter table telemetry_receipt add column rejected jsonb;
grant update (rejected) on telemetry_receipt to afterai_app;
