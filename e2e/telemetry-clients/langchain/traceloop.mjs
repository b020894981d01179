import { env } from 'node:process'
import * as traceloop from '@traceloop/node-server-sdk'
import OpenAI from 'openai'

// Before LangChain is loaded, which it patches.
traceloop.initialize({
  appName: env.OTEL_SERVICE_NAME,
  silenceInitializationMessage: true,
  instrumentModules: { openAI: OpenAI, langchain: true },
})
const { ask } = await import('./requests.mjs')

process.stdout.write(JSON.stringify(await ask(process.argv[2])))
await traceloop.forceFlush()
