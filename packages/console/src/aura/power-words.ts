import type { Power } from './power.ts'

/** Advice on a margin, before any result is seen. */
export function powerWords({
  kind,
  margin,
  cases,
  pairsForMargin,
  pairsAtMost,
  detectableLoss,
  chance,
}: Power): string {
  if (margin === null) return 'It needs a margin: nothing is known of its scale.'
  if (pairsForMargin === null || detectableLoss === null)
    return 'Its cases are all alike: nothing can be said beforehand.'
  const reach = `These ${count(cases)} cases can show a loss of ${amountOf(kind, detectableLoss)}`
  if (cases >= pairsForMargin) return `${reach}: enough for this margin.`
  const most = pairsAtMost === null || pairsAtMost <= pairsForMargin ? '' : `, ${count(pairsAtMost)} at most`
  const odds = chance === null ? '' : ` With these the chance is ${Math.round(chance * 100)} %.`
  return `${reach}. To show “not worse” by this margin takes about ${count(pairsForMargin)}${most}.${odds}`
}

function count(number: number): string {
  return number.toLocaleString('en')
}

function amountOf(kind: string, loss: number): string {
  if (kind === 'binary' || kind === 'safety') return `${round(loss * 100)} points`
  return kind === 'continuous' ? round(loss) : `${round(loss * 100)} %`
}

function round(value: number): string {
  return value.toPrecision(2).includes('e') ? value.toFixed(0) : String(Number(value.toPrecision(2)))
}
