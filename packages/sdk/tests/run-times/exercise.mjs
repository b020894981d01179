/** Tells a bit of everything, right and wrong, and what came of it. It is the same program in each run time. */
export async function exercise(AfterAI, options) {
  const said = []
  const afterai = new AfterAI({ ...options, onDiagnostic: ({ code }) => said.push(code) })
  const bot = afterai.system('support-bot')
  bot.observe({
    model: { provider: 'acme', name: 'acme-large' },
    prompts: { support: 'CONTENT-run-time be kind' },
    tools: { search: { description: 'CONTENT-run-time' } },
  })
  bot.record({ title: 'A new index', changeTypes: ['retrieval'] })
  for (let n = 0; n < 1000; n++) bot.measure({ route: 'chat', latencyMs: n, inputTokens: 10, error: false })
  bot.measure(null)
  bot.observe({ model: 7n })
  bot.record({
    get title() {
      throw new Error('a getter')
    },
  })
  const isFlushed = await afterai.flush(20_000)
  const stats = afterai.stats()
  await afterai.shutdown()
  return { isFlushed, stats, said }
}
