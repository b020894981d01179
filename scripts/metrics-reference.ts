import { createMetrics } from '../packages/server/src/platform/metrics/index.ts'

interface Described {
  readonly name: string
  readonly help: string
  readonly type: unknown
  readonly labelNames?: readonly string[]
}

/** `docs/reference/metrics.md`: every metric that the server has. */
export function metricsReference(): string {
  const { registry } = createMetrics({
    connections: () => ({ used: 0, idle: 0, waiting: 0 }),
    stoppedLogs: () => ({ log_tampered: 0, log_went_back: 0 }),
    passwordChecks: () => ({ running: 0, waiting: 0 }),
    stored: () => Promise.reject(new Error('there is no database')),
  })
  const metrics = (registry.getMetricsAsArray() as unknown as Described[]).toSorted((a, b) =>
    a.name < b.name ? -1 : 1,
  )
  const own = metrics.filter(({ name }) => name.startsWith('afterai_'))
  const ofProcess = metrics.filter(({ name }) => !name.startsWith('afterai_'))
  return `# Metrics

<!-- Made from packages/server/src/platform/metrics by \`npm run generate\`; don't edit. -->

Set \`AFTERAI_METRICS_LISTEN\`, such as \`127.0.0.1:9464\`, and Prometheus reads them at \`/metrics\` there. They are off without it, and are never
on the address of the API. Labels have few values, all known beforehand: patterns of routes, classes of status, states. None is an id, a
name or an address, so the number of series doesn't grow with use.

| Metric | Type | Labels | What it tells |
| --- | --- | --- | --- |
${own.map(tableRow).join('\n')}

Metrics that begin with \`afterai_ledger_outbox\` or \`afterai_audit_stream\` are of all processes together, since they are read from the
database; let one of several processes count.

## Of the process

| Metric | Type | Labels | What it tells |
| --- | --- | --- | --- |
${ofProcess.map(tableRow).join('\n')}
`
}

function tableRow({ name, help, type, labelNames = [] }: Described): string {
  return `| \`${name}\` | ${String(type)} | ${labelNames.map((it) => `\`${it}\``).join(', ')} | ${help} |`
}
