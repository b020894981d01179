import {
  assessmentCases,
  assessmentCasesQuery,
  assessmentView,
  assessRequest,
  type AssessmentView,
  type Evaluation,
  evaluationQuery,
  evaluationUse,
  evaluationView,
  id,
  importPreview,
  importQuery,
  page,
  pageQuery,
  powerAdvice,
  powerQuery,
  previewQuery,
  ProblemError,
} from '@afterai/contract'
import {
  assessmentPlanSchema,
  defaultPlan,
  importMappingSchema,
  RESULTS_MEDIA_TYPES,
  rowFiltersSchema,
} from '@afterai/evidence'
import type { FastifyRequest } from 'fastify'
import { z } from 'zod'
import { type Audit, unaudited } from '../audit/index.ts'
import { inTenant, inTenantOnce } from '../access/index.ts'
import type { TenantKeys } from '../keys/index.ts'
import type { Database } from '../platform/database.ts'
import type { Http } from '../platform/http-application.ts'
import { compareRuns, keepAssessment, readAssessment, viewAssessments } from './assessment-service.ts'
import { accepted, keepEvaluation, listEvaluations, readRun, viewEvaluation } from './evaluation-service.ts'
import { readChangedCases } from './assessment-cases.ts'
import { createReadFile, type ImportJob } from './import-file.ts'
import { createAskRuns } from './kept-runs.ts'
import { listUses } from './evaluation-uses.ts'
import { departureOf, takeUploads, type Upload, withUpload } from './upload.ts'

const byId = z.object({ id })
const mediaTypes = [...RESULTS_MEDIA_TYPES, 'application/octet-stream']

/** The largest file at half a megabyte a second. */
const uploadTimeoutMs = 300_000

const missingSchema = z.array(z.string().min(1).max(64)).max(16)

/** Dependencies of the routes of evaluations and assessments. */
export interface AuraDependencies {
  readonly db: Database
  readonly audit: Audit
  readonly keys: TenantKeys
  readonly importMaxBytes: number
}

/** Evaluations, imported from the files of other tools. The file itself is never kept. */
export async function evaluationRoutes(
  http: Http,
  { db, audit, keys, importMaxBytes }: AuraDependencies,
): Promise<void> {
  const read = inTenant(db)
  const write = inTenantOnce(db)
  const readFile = createReadFile()
  const askRuns = createAskRuns()

  http.get(
    '/v1/evaluations',
    {
      config: { permission: 'evaluation:read', audits: unaudited.workingData },
      schema: { querystring: evaluationQuery, response: { 200: page(evaluationView) } },
    },
    (request) => read(request, (tx, { principal }) => listEvaluations(tx, principal, request.query)),
  )
  http.get(
    '/v1/evaluations/:id',
    {
      config: { permission: 'evaluation:read', audits: unaudited.workingData },
      schema: { params: byId, response: { 200: evaluationView } },
    },
    (request) => read(request, (tx, { principal }) => viewEvaluation(tx, principal, request.params.id)),
  )
  http.get(
    '/v1/evaluations/:id/assessments',
    {
      config: { permission: 'assessment:read', audits: unaudited.workingData },
      schema: { params: byId, querystring: pageQuery, response: { 200: page(evaluationUse) } },
    },
    (request) =>
      read(request, (tx, { principal }) => listUses(tx, principal, { id: request.params.id, ...request.query })),
  )
  http.get(
    '/v1/evaluations/:id/power',
    {
      config: { permission: 'evaluation:read', rateClass: 'heavy', audits: unaudited.workingData },
      schema: { params: byId, querystring: powerQuery, response: { 200: powerAdvice } },
    },
    async (request, reply) => {
      const plan = parseParameter('plan', request.query.plan, assessmentPlanSchema) ?? defaultPlan
      const { run } = await read(request, (tx, { principal }) => readRun(tx, principal.tenantId, request.params.id))
      return { metrics: await askRuns({ ask: 'power', runs: [run], plan }, departureOf(reply)) }
    },
  )

  async function jobOf(
    request: FastifyRequest,
    { descriptor, key, sizeBytes }: Upload,
    query: z.infer<typeof previewQuery>,
  ): Promise<ImportJob> {
    const { key: digestKey } = await read(request, (tx, { principal }) => keys.promptDigestKey(tx, principal.tenantId))
    return { file: { descriptor, key, sizeBytes }, format: query.format, options: optionsOf(query), digestKey }
  }

  // In a scope of its own, since here alone a body of JSON stays bytes.
  await http.register(async (scope: Http) => {
    takeUploads(scope, mediaTypes, importMaxBytes)
    scope.post(
      '/v1/evaluations',
      {
        config: {
          permission: 'evaluation:write',
          rateClass: 'heavy',
          bodyTimeoutMs: uploadTimeoutMs,
          audits: ['evaluation.import'],
        },
        schema: { querystring: importQuery, response: { 201: evaluationView } },
      },
      async (request, reply) => {
        const kept = await withUpload(request, async (upload) => {
          const before = await write.answered<Evaluation>(request)
          if (before !== undefined) return before
          const departure = departureOf(reply)
          const job = await jobOf(request, upload, request.query)
          const imported = accepted(await readFile.toImport(job, departure))
          const { system, label } = request.query
          return write(request, async (tx, caller) => {
            const evaluation = await keepEvaluation(audit, tx, caller, {
              imported,
              system,
              label,
              sizeBytes: upload.sizeBytes,
              receivedMsAgo: () => reply.elapsedTime,
            })
            departure.throwIfAborted()
            return evaluation
          })
        })
        return reply.code(201).send(kept)
      },
    )
    scope.post(
      '/v1/evaluations/preview',
      {
        config: {
          permission: 'evaluation:write',
          rateClass: 'heavy',
          bodyTimeoutMs: uploadTimeoutMs,
          audits: unaudited.keepsNothing,
        },
        schema: { querystring: previewQuery, response: { 200: importPreview } },
      },
      (request, reply) =>
        withUpload(request, async (upload) =>
          readFile.toPreview(await jobOf(request, upload, request.query), departureOf(reply)),
        ),
    )
  })
}

/** Assessments (AURA) of a change. */
export function assessmentRoutes(http: Http, { db, audit, keys }: AuraDependencies): void {
  const read = inTenant(db)
  const write = inTenantOnce(db)
  const askRuns = createAskRuns()

  http.post(
    '/v1/changes/:id/assessments',
    {
      config: { permission: 'assessment:write', rateClass: 'heavy', audits: ['assessment.create'] },
      schema: { params: byId, body: assessRequest, response: { 201: assessmentView } },
    },
    async (request, reply) => {
      const { baselineEvaluationId: baselineId, candidateEvaluationId: candidateId, plan } = request.body
      const before = await write.answered<AssessmentView>(request)
      if (before !== undefined) return reply.code(201).send(before)
      const departure = departureOf(reply)
      const asked = { changeId: request.params.id, baselineId, candidateId, plan }
      const compared = await compareRuns(
        (work) => read(request, (tx, { principal }) => work(tx, principal.tenantId)),
        { assessRuns: (job) => askRuns({ ask: 'assessment', ...job }, departure), keys },
        asked,
      )
      const assessed = await write(request, async (tx, caller) => {
        const kept = await keepAssessment(audit, tx, caller, { ...asked, compared })
        departure.throwIfAborted()
        return kept
      })
      return reply.code(201).send(assessed)
    },
  )
  http.get(
    '/v1/changes/:id/assessments',
    {
      config: { permission: 'assessment:read', audits: unaudited.workingData },
      schema: { params: byId, response: { 200: page(assessmentView) } },
    },
    (request) =>
      read(request, async (tx, { principal }) => ({
        items: await viewAssessments(tx, principal, request.params.id),
        nextCursor: null,
      })),
  )
  http.get(
    '/v1/assessments/:id',
    {
      config: { permission: 'assessment:read', audits: unaudited.workingData },
      schema: { params: byId, response: { 200: assessmentView } },
    },
    (request) => read(request, (tx, { principal }) => readAssessment(tx, principal, request.params.id)),
  )
  http.get(
    '/v1/assessments/:id/cases',
    {
      config: { permission: 'assessment:read', rateClass: 'heavy', audits: unaudited.workingData },
      schema: { params: byId, querystring: assessmentCasesQuery, response: { 200: assessmentCases } },
    },
    (request, reply) =>
      readChangedCases((work) => read(request, (tx, { principal }) => work(tx, principal)), {
        ask: (job) => askRuns({ ask: 'cases', ...job }, departureOf(reply)),
        keys,
        id: request.params.id,
        query: request.query,
      }),
  )
}

function optionsOf(query: z.infer<typeof previewQuery>): ImportJob['options'] {
  const { mapping, where, decimal, missing, provider, prompt, caseIdVariable, sliceVariable, clusterVariable } = query
  return {
    mapping: parseParameter('mapping', mapping, importMappingSchema),
    where: parseParameter('where', where, rowFiltersSchema),
    decimal,
    missing: parseParameter('missing', missing, missingSchema),
    provider,
    prompt,
    caseIdVariable,
    sliceVariable,
    clusterVariable,
  }
}

function parseParameter<T>(name: string, text: string | undefined, schema: z.ZodType<T>): T | undefined {
  if (text === undefined) return undefined
  try {
    return schema.parse(JSON.parse(text))
  } catch (error) {
    const issues = error instanceof z.ZodError ? error.issues : []
    const errors = issues.map(({ path, message }) => ({
      pointer: `/querystring/${name}/${path.join('/')}`,
      detail: message,
    }))
    throw new ProblemError('invalid_request', {
      errors: errors.length > 0 ? errors : [{ pointer: `/querystring/${name}`, detail: 'is not JSON' }],
    })
  }
}
