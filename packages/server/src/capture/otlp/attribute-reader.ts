import type { Gate } from '../gate/gate.ts'
import { type Fact, type Facts, mostRanks } from '../gate/slots.ts'
import { readAttribute } from './attributes.ts'
import type { Wire } from './wire.ts'

const mostPlaces = 64
/** Above this length, comparing costs more than it saves, except where the outcome was a digest. */
const shortEnough = 512

const outcomes = { unknown: 0, kept: 1, dropped: 2 } as const

/**
 * Reads the attributes of the things in one body. Exporters write those of one span like those of the span before: what stands at the same
 * place, byte for byte, has the outcome that it had there, and comparing is several times cheaper than reading. Only places in the body that
 * is being read are kept, and what the gate kept of them.
 */
export class AttributeReader {
  readonly #starts = new Int32Array(mostPlaces)
  readonly #lengths = new Int32Array(mostPlaces)
  readonly #outcomes = new Uint8Array(mostPlaces)
  /** The slot and the rank of what was kept, or the index of what was dropped unread. */
  readonly #slots = new Int32Array(mostPlaces)
  readonly #ranks = new Int32Array(mostPlaces)
  readonly #values: Fact[] = Array.from({ length: mostPlaces }, () => 0)
  #place = 0

  /** Forgets the body before. */
  begin(): void {
    this.#outcomes.fill(outcomes.unknown)
  }

  /** Goes to the next thing of the body. */
  next(): void {
    this.#place = 0
  }

  /** Reads the KeyValue at `start..end`, like `readAttribute`. */
  read(wire: Wire, start: number, end: number, gate: Gate, facts: Facts): void {
    gate.size.attribute()
    const place = this.#place++
    if (place >= mostPlaces) return readAttribute(wire, start, end, gate, facts)
    if (this.#isAsBefore(wire, start, end - start, place)) return this.#repeat(place, gate, facts)
    const { sets, claims } = facts
    const { total } = gate.drops
    readAttribute(wire, start, end, gate, facts)
    this.#starts[place] = start
    this.#lengths[place] = end - start
    this.#outcomes[place] = outcomes.unknown
    // What lies in JSON ranks behind all attributes, and its attribute isn't known here.
    const isOne = facts.sets === sets + 1 && facts.claims === claims + 1 && facts.lastRank < mostRanks
    if (isOne && gate.drops.total === total) {
      this.#outcomes[place] = outcomes.kept
      this.#slots[place] = facts.lastSlot
      this.#ranks[place] = facts.lastRank
      this.#values[place] = facts.lastValue
    } else if (facts.sets === sets && facts.claims === claims && gate.drops.total === total + 1) {
      this.#outcomes[place] = outcomes.dropped
      this.#slots[place] = gate.drops.last
    }
  }

  #isAsBefore(wire: Wire, start: number, length: number, place: number): boolean {
    const outcome = this.#outcomes[place]
    if (outcome === outcomes.unknown || this.#lengths[place] !== length) return false
    if (length > shortEnough && outcome !== outcomes.kept) return false
    return wire.areSame(this.#starts[place] ?? 0, start, length)
  }

  #repeat(place: number, gate: Gate, facts: Facts): void {
    const slot = this.#slots[place] ?? 0
    const rank = this.#ranks[place] ?? 0
    if (this.#outcomes[place] === outcomes.dropped) gate.drops.attribute(slot)
    else if (!facts.repeat(slot, rank, this.#values[place] ?? 0)) gate.drops.field('repeated')
  }
}
