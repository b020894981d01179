import { attributeIdOf } from '../gate/attribute-index.ts'
import type { Gate } from '../gate/gate.ts'
import type { Facts } from '../gate/slots.ts'
import type { Readings } from '../body-readings.ts'
import { isForeign, type Json, listOf, objectOf, tellOthers, textOf } from './json-shapes.ts'
import { readJsonValue } from './json-value.ts'

interface Reading {
  readonly gate: Gate
  readonly into: Facts
  readonly readings: Readings
}

/** Reads the attributes of a thing. */
export function readAttributes(it: Json, { gate, into, readings }: Reading): void {
  for (const attribute of listOf(it, 'attributes')) {
    gate.size.attribute()
    if (typeof attribute['key'] !== 'string') {
      readings.remark('member')
      // What it is called stands under another name, and so may what it says.
      for (const text of Object.values(attribute)) refuseNamed(textOf(text), gate, into)
    }
    const id = attributeIdOf(textOf(attribute['key']))
    if (id < 0) gate.drops.attribute(-1 - id)
    else if (gate.isPresence(id)) gate.present(id, into)
    else readJsonValue(attribute['value'], gate, { id, facts: into })
  }
}

/** Keeps that attributes are there which aren't among a thing's attributes, but members of the thing itself. */
export function refuseMembers(it: Json, gate: Gate, into: Facts): void {
  for (const key of Object.keys(it)) refuseNamed(key, gate, into)
}

function refuseNamed(name: string, gate: Gate, into: Facts): void {
  const id = attributeIdOf(name)
  if (id >= 0) gate.unfit(id, 'wrong_type', into)
}

const resourceMembers = ['attributes', 'droppedAttributesCount', 'entityRefs', 'schemaUrl']

/** Reads the resource that items belong to. One that is told and isn't read as one names a service that can't be read: what comes from it would count as another's. */
export function readResourceOf(it: Json, { gate, into, readings }: Reading): Json {
  const told = it['resource'] ?? undefined
  const about = objectOf(told)
  refuseMembers(about, gate, into)
  readAttributes(about, { gate, into, readings })
  tellOthers(about, resourceMembers, readings)
  const isElsewhere = told === undefined && Object.keys(it).some((key) => key !== 'resource' && /resource/i.test(key))
  const isNone = told !== undefined && about !== told
  if (isElsewhere || isNone || isForeign(about, resourceMembers)) refuseNamed('service.name', gate, into)
  if (isNone) readings.remark('member')
  return about
}
