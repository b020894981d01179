import { expect, test } from 'vitest'
import { readTraceparent } from './trace-context.ts'

const traceId = '4bf92f3577b34da6a3ce929d0e0e4736'
const spanId = '00f067aa0ba902b7'

test.each([`00-${traceId}-${spanId}-01`, `cc-${traceId}-${spanId}-00`, `cc-${traceId}-${spanId}-00-what-comes-later`])(
  'reads the ids of %s',
  (header) => expect(readTraceparent(header)).toEqual({ traceId, spanId }),
)

test.each([
  undefined,
  '',
  `ff-${traceId}-${spanId}-01`,
  `00-${'0'.repeat(32)}-${spanId}-01`,
  `00-${traceId}-${'0'.repeat(16)}-01`,
  `00-${traceId.toUpperCase()}-${spanId}-01`,
  `00-${traceId}-${spanId}-01-more`,
  `00-${traceId}-${spanId}`,
  `00-${traceId}-${spanId}-01\n`,
  `00-${traceId}-${spanId}-01-${'x'.repeat(200)}`,
  ['00'],
])('P1.2: takes nothing from %j', (header) => expect(readTraceparent(header)).toBeUndefined())
