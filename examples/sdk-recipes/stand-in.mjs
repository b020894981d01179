// Runs a recipe against a model that always says the same, and prints what AfterAI's server gets.
import { spawn } from 'node:child_process'
import { createServer } from 'node:http'
import { env } from 'node:process'
import { gunzipSync } from 'node:zlib'

const answers = {
  '/v1/chat/completions': {
    id: 'chatcmpl-1',
    object: 'chat.completion',
    created: 1,
    model: 'acme-large-2026-10',
    system_fingerprint: 'fp_1',
    choices: [{ index: 0, message: { role: 'assistant', content: 'It is on its way.' }, finish_reason: 'stop' }],
    usage: { prompt_tokens: 42, completion_tokens: 6, total_tokens: 48 },
  },
  '/v1/messages': {
    id: 'msg_1',
    type: 'message',
    role: 'assistant',
    model: 'acme-large-2026-10',
    content: [{ type: 'text', text: 'It is on its way.' }],
    stop_reason: 'end_turn',
    stop_sequence: null,
    usage: { input_tokens: 42, output_tokens: 6 },
  },
  '/v1/digest-key': {
    keyId: '0123456789abcdef',
    key: Buffer.alloc(32, 7).toString('base64'),
    algorithm: 'hmac-sha256',
  },
}

const server = createServer((request, response) => {
  const chunks = []
  request.on('data', (chunk) => chunks.push(chunk))
  request.on('end', () => response.end(JSON.stringify(answerTo(request.url, chunks))))
  response.setHeader('content-type', 'application/json')
})

function answerTo(url, chunks) {
  if (url !== '/v1/telemetry') return answers[url] ?? {}
  const { events } = JSON.parse(gunzipSync(Buffer.concat(chunks)).toString())
  for (const event of events) console.log('AfterAI gets', JSON.stringify(event, null, 2))
  return { accepted: events.length, rejected: [], duplicate: false, serverTime: new Date().toISOString() }
}

server.listen(0, '127.0.0.1', () => {
  const url = `http://127.0.0.1:${server.address().port}`
  const given = { PATH: env.PATH, MODEL_URL: `${url}/v1`, AFTERAI_URL: url, AFTERAI_KEY: 'a-key' }
  spawn(process.execPath, [process.argv[2]], { stdio: 'inherit', env: given }).on('exit', (code) =>
    process.exit(code ?? 1),
  )
})
