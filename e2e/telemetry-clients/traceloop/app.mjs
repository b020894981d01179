import { env } from 'node:process'
import * as traceloop from '@traceloop/node-server-sdk'
import OpenAI from 'openai'
import { converse } from '../conversation.mjs'

// Where to is told by TRACELOOP_BASE_URL and TRACELOOP_HEADERS; OTEL_EXPORTER_OTLP_* mean nothing to this SDK.
traceloop.initialize({
  appName: 'traceloop',
  silenceInitializationMessage: true,
  // Of itself, it doesn't look at this variable.
  tracingEnabled: env.OTEL_TRACES_EXPORTER !== 'none',
  instrumentModules: { openAI: OpenAI },
})

const said = await converse(new OpenAI(), process.argv[2])
process.stdout.write(JSON.stringify(said))
// Rejects when nothing could be delivered, which is no reason for an app to fail.
await traceloop.forceFlush().catch(() => undefined)
