-- A configuration or route that nothing was counted under for a month makes room for another one.
grant delete on telemetry_dimension to afterai_app;
