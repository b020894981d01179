import { writeFileSync } from 'node:fs'

/** A customer's question and the sentence that a right answer holds. */
interface SupportCase {
  readonly vars: { readonly id: string; readonly topic: string; readonly question: string; readonly expected: string }
}

const CASES_PER_TOPIC = 22
const PRODUCTS = ['desk lamp', 'kettle', 'office chair', 'rug', 'bookshelf', 'mirror']
const TOWNS = ['Lyon', 'Gdansk', 'Porto', 'Ghent']

function refund(number: number): [question: string, expected: string] {
  const price = 20 + 7 * number
  const days = 3 + ((number * 5) % 60)
  const product = PRODUCTS[number % PRODUCTS.length]
  const question = `I bought a ${product} for ${price} EUR ${days} days ago and opened it. What do I get back?`
  if (days > 30) return [question, 'The 30 days for returns are over, so there is no refund.']
  return [question, `We refund ${(price * 0.9).toFixed(2)} EUR: opened goods cost a tenth.`]
}

function order(number: number): [question: string, expected: string] {
  const pieces = 2 + (number % 5)
  const price = 11 + number
  return [`What do ${pieces} boxes at ${price} EUR each cost in all?`, `That is ${pieces * price} EUR in all.`]
}

function delivery(number: number): [question: string, expected: string] {
  const town = TOWNS[number % TOWNS.length]
  const days = 2 + (number % 4)
  return [
    `Parcel ${5000 + number} left for ${town} today and needs ${days} days. When does it come?`,
    `It reaches ${town} in ${days} days.`,
  ]
}

function account(number: number): [question: string, expected: string] {
  const minutes = 5 * (1 + (number % 6))
  return [
    `My sign-in code is ${minutes} minutes old. Is it valid?`,
    minutes <= 15 ? 'Yes, it is valid for 15 minutes.' : 'No, it was valid for 15 minutes.',
  ]
}

const topics = { refunds: refund, orders: order, delivery, account }

const cases = Object.entries(topics).flatMap(([topic, write]) =>
  Array.from({ length: CASES_PER_TOPIC }, (_, index): SupportCase => {
    const [question, expected] = write(index)
    return { vars: { id: `${topic}-${String(index + 1).padStart(2, '0')}`, topic, question, expected } }
  }),
)

writeFileSync(new URL('cases.json', import.meta.url), `${JSON.stringify(cases, null, 2)}\n`)
