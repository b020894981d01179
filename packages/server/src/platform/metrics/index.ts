export { createMetrics, type MetricSources } from './metrics.ts'
export { type MetricsServer, startMetricsServer } from './metrics-server.ts'
