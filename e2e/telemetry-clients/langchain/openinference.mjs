import { env } from 'node:process'
import { LangChainInstrumentation } from '@arizeai/openinference-instrumentation-langchain'
import { OpenAIInstrumentation } from '@arizeai/openinference-instrumentation-openai'
import * as callbacks from '@langchain/core/callbacks/manager'
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-proto'
import { resourceFromAttributes } from '@opentelemetry/resources'
import { BatchSpanProcessor, NodeTracerProvider } from '@opentelemetry/sdk-trace-node'
import OpenAI from 'openai'
import { ask } from './requests.mjs'

const provider = new NodeTracerProvider({
  resource: resourceFromAttributes({ 'service.name': env.OTEL_SERVICE_NAME }),
  spanProcessors: [new BatchSpanProcessor(new OTLPTraceExporter())],
})
provider.register()
// Each tells of the same requests: one of the call of a chain, the other of what goes to the provider.
new LangChainInstrumentation().manuallyInstrument(callbacks)
new OpenAIInstrumentation().manuallyInstrument(OpenAI)

process.stdout.write(JSON.stringify(await ask(process.argv[2])))
await provider.shutdown()
