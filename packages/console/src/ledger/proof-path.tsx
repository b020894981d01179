import type { TreePath } from '@afterai/record'
import { shortDigest } from '../look/copyable.tsx'
import styles from './proof-path.module.css'

const level = 46
const middle = 150
const beside = { left: 46, right: 254 } as const

/** The way from the entry up to the root of the log: drawn, and told in words beside it. */
export function ProofPath({ path }: { readonly path: TreePath }) {
  return (
    <div className={styles['path']}>
      <Drawing path={path} />
      <ol className={styles['words']} aria-label="From the entry to the root">
        <li>
          The entry: <code className="mono">{path.leaf}</code>
        </li>
        {path.nodes.map(({ sibling, siblingSide, hash }, at) => (
          <li key={hash}>
            With its sibling on the {siblingSide}, <code className="mono">{sibling}</code>,{' '}
            {at === path.nodes.length - 1 ? 'the root' : `node ${at + 1}`}: <code className="mono">{hash}</code>
          </li>
        ))}
      </ol>
    </div>
  )
}

function Drawing({ path: { leaf, nodes } }: { readonly path: TreePath }) {
  const height = (nodes.length + 1) * level
  const yOf = (at: number): number => height - level / 2 - at * level
  return (
    <svg className={styles['drawing']} viewBox={`0 0 300 ${height}`} width="300" height={height} aria-hidden>
      {nodes.map(({ sibling, siblingSide, hash }, at) => (
        <g key={hash}>
          <path
            className={styles['edge']}
            d={`M${middle} ${yOf(at)}V${yOf(at + 1)}M${beside[siblingSide]} ${yOf(at)}C${beside[siblingSide]} ${yOf(at) - 22} ${middle} ${yOf(at) - 18} ${middle} ${yOf(at + 1)}`}
          />
          <Node x={beside[siblingSide]} y={yOf(at)} hash={sibling} kind="sibling" />
        </g>
      ))}
      {[leaf, ...nodes.map(({ hash }) => hash)].map((hash, at) => (
        <Node key={hash} x={middle} y={yOf(at)} hash={hash} kind={at === nodes.length ? 'root' : 'node'} />
      ))}
    </svg>
  )
}

interface NodeProps {
  readonly x: number
  readonly y: number
  readonly hash: string
  readonly kind: 'node' | 'sibling' | 'root'
}

function Node({ x, y, hash, kind }: NodeProps) {
  return (
    <g className={styles[kind]}>
      <rect x={x - 44} y={y - 11} width="88" height="22" rx="6" />
      <text x={x} y={y + 4} textAnchor="middle">
        {shortDigest(hash)}
      </text>
    </g>
  )
}
