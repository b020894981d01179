import { ids } from './example-values.ts'
import type { Operations } from './operation.ts'

const origin = `afterai.log/${ids.tenant}`
const root = 'nND/nri/U0xuHUrYSy0HtMeal2vzD9V4k/BO79C+QeI='
const checkpoint = `${origin}\n42\n${root}\n\n— ${origin} mjm7bPB1pYQ3cTn0\n`

/** Descriptions of the operations of the log, by route. */
export const logOperations: Operations = {
  'GET /v1/log/keys': {
    id: 'getLogKeys',
    tag: 'Log',
    summary: 'Read the public keys that records and the log are verified with',
    description: 'An auditor pins them beforehand, rather than taking them from what they verify.',
    answer: {
      origin,
      logVkey: `${origin}+9a39bb6c+AVNDQbEsG3eQ1vHdUNMYkrIxFpMzEYPbNxDFyVSWEAbs`,
      recordKeys: [
        {
          keyid: 'b1946ac92492d2347c6235b4d2611184',
          pem: '-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=\n-----END PUBLIC KEY-----\n',
        },
      ],
    },
  },
  'GET /v1/log/checkpoint': {
    id: 'getCheckpoint',
    tag: 'Log',
    summary: 'Read the newest signed checkpoint',
    description: 'The size and root of the log, signed (C2SP tlog-checkpoint).',
    answers: { 'text/plain': checkpoint },
    problems: ['not_found'],
  },
  'GET /v1/log/tile/{tile}': {
    id: 'getTile',
    tag: 'Log',
    summary: 'Read a tile of the log',
    description:
      'Hashes, or under `entries/` what they are of, as C2SP tlog-tiles lays them out: `0/x001/234`, `entries/000.p/42`. The slashes of the path stay as they are.',
    parameters: { tile: 'entries/000.p/42' },
    answers: { 'application/octet-stream': undefined },
  },
  'GET /v1/log/proof': {
    id: 'proveGrowth',
    tag: 'Log',
    summary: 'Prove that the log has only grown since an earlier size',
    parameters: { from: 1 },
    answer: { checkpoint, hashes: [root] },
    problems: ['not_found'],
  },
  'GET /v1/log/proof/{entryId}': {
    id: 'proveEntry',
    tag: 'Log',
    summary: 'Prove that the log holds an entry',
    parameters: { entryId: ids.record },
    answer: { entry: 'eyJ0eXBlIjoicmVjb3JkIn0=', index: 41, tlogProof: 'c2sp.org/tlog-proof@v1\nindex 41\n' },
  },
  'GET /v1/log/audit': {
    id: 'auditLog',
    tag: 'Log',
    summary: 'Have the server verify its log',
    description:
      'It recomputes the log and answers a line of JSON for some entries at a time; an answer ends after a minute, and its last `position` goes on. With `entries=true` the entries follow each line, as bytes.',
    parameters: { position: 'eyJzaXplIjo0MH0', end: 42, entries: 'false' },
    answers: {
      'application/jsonl':
        '{"from":0,"size":42,"end":42,"checkpoints":7,"faults":[],"incomplete":[],"producers":{},"position":"eyJzaXplIjo0Mn0"}\n',
      'application/octet-stream': undefined,
    },
    problems: ['not_ready'],
  },
}
