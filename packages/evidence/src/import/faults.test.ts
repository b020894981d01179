import { describe, expect, test } from 'vitest'
import { identifierGate } from '../identifier.ts'
import { faultList, FAULTS, type ImportFaultCode } from './faults.ts'

const codes = Object.keys(FAULTS) as ImportFaultCode[]

describe('every fault', () => {
  test.each(codes)('%s names what was found and a next step', (code) => {
    const faults = faultList(identifierGate((text) => `d-${text.length}`))
    faults.add(code, 'what was found')
    const [fault] = faults.result().faults
    expect(fault?.text).toBe(`what was found; ${FAULTS[code]}`)
    expect(FAULTS[code]).toMatch(/^(export|split|save|make|name|give|write|say|leave|choose|check|look)\b.{12,}/)
  })
})
