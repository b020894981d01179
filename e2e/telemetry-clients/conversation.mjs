/**
 * Holds the conversation of each app with OpenAI's own library: a question with a tool, its result, a stream, a response, a call that fails. All
 * that is content carries the mark.
 * @param {{ chat: { completions: { create: Function } }, responses: { create: Function } }} openai
 * @param {string} mark
 * @returns {Promise<string[]>} what the user gets to see
 */
export async function converse(openai, mark) {
  const settings = { model: 'gpt-4o', temperature: 0.25, top_p: 0.9, user: `${mark}@example.com` }
  const chat = { ...settings, max_tokens: 64, frequency_penalty: 0.5 }
  const system = { role: 'system', content: `${mark} be kind` }
  const question = { role: 'user', content: `${mark} what is the price?` }
  const parameters = { type: 'object', properties: { about: { type: 'string', description: `${mark} parameter` } } }
  const tools = [{ type: 'function', function: { name: `look_up_${mark}`, description: `${mark} tool`, parameters } }]
  const messages = [system, question]

  const asked = await openai.chat.completions.create({ ...chat, messages, tools })
  const [{ message }] = asked.choices
  const [call] = message.tool_calls
  const result = { role: 'tool', tool_call_id: call.id, content: `${mark} tool result` }
  const told = await openai.chat.completions.create({ ...chat, messages: [...messages, message, result], tools })

  let streamed = ''
  const options = { stream: true, stream_options: { include_usage: true } }
  const stream = await openai.chat.completions.create({ ...chat, ...options, messages })
  for await (const chunk of stream) streamed += chunk.choices[0]?.delta?.content ?? ''

  const request = { ...settings, instructions: `${mark} be brief`, input: `${mark} and the colour?` }
  const response = await openai.responses.create(request)
  const refusal = await openai.chat.completions.create({ ...chat, model: 'missing', messages }).then(
    () => 'an answer',
    (error) => `${error.status} ${error.message}`,
  )
  return [told.choices[0].message.content, streamed, response.output_text, refusal]
}
