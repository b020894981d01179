// OpenTelemetry's own: everything comes from OTEL_* variables, and content is on by its switch.
const { OpenAIInstrumentation } = require('@opentelemetry/instrumentation-openai')
const { NodeSDK } = require('@opentelemetry/sdk-node')

const sdk = new NodeSDK({ instrumentations: [new OpenAIInstrumentation()] })
sdk.start()

const OpenAI = require('openai')

async function main() {
  const { converse } = await import('../conversation.mjs')
  const said = await converse(new OpenAI(), process.argv[2])
  process.stdout.write(JSON.stringify(said))
  // Rejects when nothing could be delivered, which is no reason for an app to fail.
  await sdk.shutdown().catch(() => undefined)
}

void main()
