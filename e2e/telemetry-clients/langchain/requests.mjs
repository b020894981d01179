import { StringOutputParser } from '@langchain/core/output_parsers'
import { ChatPromptTemplate } from '@langchain/core/prompts'
import { ChatOpenAI } from '@langchain/openai'

/**
 * Five requests of a chain, one after the other.
 * @param {string} mark what all that is content carries
 * @returns {Promise<string[]>} what the user gets to see
 */
export async function ask(mark) {
  const prompt = ChatPromptTemplate.fromMessages([
    ['system', `${mark} be kind`],
    ['human', '{question}'],
  ])
  const model = new ChatOpenAI({ model: 'gpt-4o', temperature: 0.25, topP: 0.9, maxTokens: 64, maxRetries: 0 })
  const chain = prompt.pipe(model).pipe(new StringOutputParser())
  const said = []
  for (let count = 0; count < 5; count++) said.push(await chain.invoke({ question: `${mark} question ${count}` }))
  return said
}
