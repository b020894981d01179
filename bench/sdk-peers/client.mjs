// Each client behind one face: made, told of one request as its documentation says, and sent on. Run by bench/sdk-host.mjs.
const attributes = (n) => ({
  'gen_ai.request.model': 'acme-large',
  'gen_ai.usage.input_tokens': 900,
  'gen_ai.usage.output_tokens': 120,
  route: 'chat',
  latencyMs: n,
})

async function openTelemetry(endpoint) {
  const { trace } = await import('@opentelemetry/api')
  const { NodeTracerProvider, BatchSpanProcessor } = await import('@opentelemetry/sdk-trace-node')
  const { OTLPTraceExporter } = await import('@opentelemetry/exporter-trace-otlp-proto')
  const provider = new NodeTracerProvider({
    spanProcessors: [new BatchSpanProcessor(new OTLPTraceExporter({ url: `${endpoint}/v1/traces` }))],
  })
  provider.register()
  const tracer = trace.getTracer('bench')
  return {
    measure: (n) => tracer.startSpan('chat', { attributes: attributes(n) }).end(),
    shutdown: () => provider.shutdown(),
  }
}

async function langfuse(endpoint) {
  const { NodeTracerProvider } = await import('@opentelemetry/sdk-trace-node')
  const { LangfuseSpanProcessor } = await import('@langfuse/otel')
  const { startObservation } = await import('@langfuse/tracing')
  const processor = new LangfuseSpanProcessor({ publicKey: 'pk', secretKey: 'sk', baseUrl: endpoint })
  const provider = new NodeTracerProvider({ spanProcessors: [processor] })
  provider.register()
  return {
    measure: (n) =>
      startObservation(
        'chat',
        { model: 'acme-large', usageDetails: { input: 900, output: 120 }, metadata: { route: 'chat', latencyMs: n } },
        { asType: 'generation' },
      ).end(),
    shutdown: () => provider.shutdown(),
  }
}

async function langSmith(endpoint) {
  const { Client } = await import('langsmith')
  const { RunTree } = await import('langsmith/run_trees')
  const client = new Client({ apiUrl: endpoint, apiKey: 'k' })
  return {
    measure: (n) => {
      const run = new RunTree({ name: 'chat', run_type: 'llm', client, metadata: attributes(n), inputs: {} })
      void run
        .postRun()
        .then(() => run.end({}))
        .then(() => run.patchRun())
        .catch(() => undefined)
    },
    shutdown: () => client.awaitPendingTraceBatches(),
  }
}

async function postHog(endpoint) {
  const { PostHog } = await import('posthog-node')
  const client = new PostHog('phc_k', { host: endpoint })
  return {
    measure: (n) => client.capture({ distinctId: 'bench', event: '$ai_generation', properties: attributes(n) }),
    shutdown: () => client.shutdown(5_000),
  }
}

async function sentry(endpoint) {
  const Sentry = await import('@sentry/node')
  const { host } = new URL(endpoint)
  Sentry.init({ dsn: `http://k@${host}/1`, tracesSampleRate: 1, defaultIntegrations: false })
  return {
    measure: (n) =>
      Sentry.startSpan(
        { name: 'chat', op: 'gen_ai.chat', attributes: attributes(n), forceTransaction: true },
        () => undefined,
      ),
    shutdown: () => Sentry.close(5_000),
  }
}

export const peers = {
  OpenTelemetry: openTelemetry,
  Langfuse: langfuse,
  LangSmith: langSmith,
  PostHog: postHog,
  Sentry: sentry,
}
