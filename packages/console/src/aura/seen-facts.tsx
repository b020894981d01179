import type { Preview } from './evaluations.ts'

const directions: Readonly<Record<string, string>> = { up: 'higher is better', down: 'lower is better' }

/** What a file would be brought in as, and what would be left behind. */
export function SeenFacts({ preview: { format, run } }: { readonly preview: Preview }) {
  if (run === null) return <p>{format === null ? 'Its format doesn’t show.' : `It looks like ${format}.`}</p>
  const dropped = run.dropped.reduce((sum, { count }) => sum + count, 0)
  return (
    <>
      <p>
        {format}, {run.cases.toLocaleString('en')} {run.cases === 1 ? 'case' : 'cases'}
        {run.rows === run.cases ? '' : ` in ${run.rows.toLocaleString('en')} rows`}
        {run.errors === 0 ? '' : `, ${run.errors.toLocaleString('en')} without an answer`}
        {run.slices.length === 0 ? '' : `, ${run.slices.length} slices`}.
      </p>
      <ul>
        {run.metrics.map(({ name, kind, direction }) => (
          <li key={name}>
            {name.replaceAll('_', ' ')} <span className="faint">{kind}</span>
            {', '}
            {direction === null ? 'nobody says what is better' : (directions[direction] ?? direction)}
          </li>
        ))}
      </ul>
      {dropped === 0 ? null : (
        <p>
          Not kept: {dropped.toLocaleString('en')} values, of{' '}
          {run.dropped
            .map(({ field }) => field)
            .slice(0, 6)
            .join(', ')}
          {run.dropped.length > 6 ? ` and ${run.dropped.length - 6} more` : ''}.
        </p>
      )}
      {run.notes.map((note) => (
        <p key={note}>{note}</p>
      ))}
    </>
  )
}
