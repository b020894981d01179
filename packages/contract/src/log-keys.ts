import { z } from 'zod'

/** The public keys with which an outsider verifies a tenant's records and log: what an auditor pins. */
export const logKeysView = z
  .object({
    origin: z.string().meta({ description: 'The name of the log.' }),
    logVkey: z.string().meta({ description: 'The key of its checkpoints, as C2SP signed-note writes keys.' }),
    recordKeys: z.array(z.object({ keyid: z.string(), pem: z.string() })),
  })
  .meta({ id: 'LogKeys' })
/** The public keys of a log and of its records. */
export type LogKeys = z.infer<typeof logKeysView>
