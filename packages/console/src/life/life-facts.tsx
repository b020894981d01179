import { Link } from '@tanstack/react-router'
import { Facts } from '../look/card.tsx'
import { Copyable, shortDigest } from '../look/copyable.tsx'
import { Ago } from '../look/time.tsx'
import type { Dossier } from './dossier.ts'
import { runningWords } from './life-line.ts'
import styles from './life.module.css'

/** What is known of a change in pairs: risk, class, revision, fingerprints. */
export function LifeFacts({ dossier: { change, life, decisions } }: { readonly dossier: Dossier }) {
  return (
    <div className={styles['facts']}>
      <Facts
        of={[
          ['Severity', change.risk?.severity],
          ['Blast radius', change.risk?.blastRadius.replaceAll('_', ' ')],
          ['Customers', change.risk?.customerImpact],
          ['Class', `${change.changeClass} · ${change.intent.replaceAll('_', ' ')}`],
          ['Runs', runningWords(life)],
          ['As decided', life.asDecided === null ? null : life.asDecided ? 'yes' : 'no: what runs differs'],
          ['Rolled back', life.rolledBackAt === null ? null : <Ago at={life.rolledBackAt} />],
          [
            'Undoes',
            life.reverses === null ? null : (
              <Link className="link" to="/changes/$id" params={{ id: life.reverses }}>
                an earlier change
              </Link>
            ),
          ],
          ['Seen', change.observations === 0 ? null : seenWords(change.observations).replace('seen ', '')],
          ['From', change.source.origin],
          ['Revision', change.source.revision === null ? null : <code className="mono">{change.source.revision}</code>],
          ['Before', digest(change.fingerprints.before, 'the fingerprint before')],
          ['After', digest(change.fingerprints.after, 'the fingerprint after')],
          ['Evidence', digest(decisions[0]?.evidenceDigest, 'the digest of the evidence')],
        ]}
      />
    </div>
  )
}

function digest(text: string | null | undefined, what: string) {
  return text === null || text === undefined ? null : <Copyable text={text} shown={shortDigest(text)} what={what} />
}

/** How often what runs was told of: "seen once", "seen 412 times". */
export function seenWords(times: number): string {
  return times === 1 ? 'seen once' : `seen ${times.toLocaleString('en')} times`
}
