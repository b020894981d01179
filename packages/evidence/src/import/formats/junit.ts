import { parseXml, XmlDocumentType, XmlElement, XmlError } from '@rgrove/parse-xml'
import type { ImportResult } from '../faults.ts'
import { COMMON_METRICS, scoredCases, type ScoredCases } from '../scored-cases.ts'
import { MEDIA, type OpenedSource, type ResultsFormat } from './format.ts'

/**
 * JUnit XML, as pytest, Gradle, Jest and promptfoo write it. A `testcase` is a case by its class and name; it passes without a
 * `failure`, an `error` is an answer that never came, a skipped test is left out, and `time` is its latency in seconds. A document type
 * is refused, and with it every entity of the file's own. Source: the Ant JUnit report as described by testmoapp/junitxml.
 */
export const junitFormat: ResultsFormat = {
  name: 'junit',
  label: 'JUnit XML',
  mediaTypes: [MEDIA.xml],
  takes: [],
  holds: 'text',
  recognise: ({ kind, start }) => kind === 'xml' && /<(testsuites?|testcase|promptfoo)[\s>/]/.test(start),
  read: importJunit,
}

/** A document of XML stands in memory as a whole. */
const XML_SIZE = 32 * 1024 * 1024
const { pass, latency_s } = COMMON_METRICS

function importJunit(source: OpenedSource): ImportResult {
  const cases = scoredCases('junit', source, [pass, latency_s])
  const { faults } = cases
  if (source.text.length > XML_SIZE) {
    faults.add('too_large', `XML larger than ${XML_SIZE} characters; leave the tests' output out of the report`)
    return faults.result()
  }
  const root = parse(source.text)
  if (typeof root === 'string') {
    faults.add('malformed', root)
    return faults.result()
  }
  if (root.name !== 'testsuites' && root.name !== 'testsuite') {
    faults.add('malformed', 'not a JUnit report: its root is neither testsuites nor testsuite')
    return faults.result()
  }
  let skipped = 0
  for (const element of elements(root)) {
    if (element.name === 'testsuite') cases.ranAt(element.attributes['timestamp'])
    if (element.name !== 'testcase') continue
    if (childNames(element).has('skipped')) skipped += 1
    else addTest(element, cases)
  }
  if (skipped > 0) cases.note(`${skipped} skipped tests are left out.`)
  return cases.finish(null)
}

function addTest(test: XmlElement, { add, drop }: ScoredCases): void {
  const { classname = '', name = '', time } = test.attributes
  const children = childNames(test)
  const isError = children.has('error')
  add(
    {
      caseId: name === '' ? undefined : [classname, name].filter((part) => part !== '').join('::'),
      cluster: undefined,
      slice: undefined,
      isError,
      measured: { pass: isError ? null : !children.has('failure'), latency_s: time?.replaceAll(',', '') },
      scores: [],
    },
    {},
  )
  for (const child of children) drop(child)
}

/** The root, or what is wrong with the document. */
function parse(text: string): XmlElement | string {
  try {
    const document = parseXml(text, { preserveDocumentType: true })
    if (document.children.some((child) => child instanceof XmlDocumentType))
      return 'it declares a document type, which is refused; write the report without one'
    return document.root ?? 'an empty document'
  } catch (error) {
    // The parser's message quotes the file.
    if (error instanceof XmlError) return `not well-formed XML (line ${error.line})`
    if (error instanceof RangeError) return 'elements nested too deeply'
    throw error
  }
}

/** All elements, in the order of the document; no recursion, since a report may nest suites without end. */
function* elements(root: XmlElement): Generator<XmlElement> {
  const left: XmlElement[] = [root]
  for (let next = left.pop(); next !== undefined; next = left.pop()) {
    yield next
    left.push(...next.children.filter((child) => child instanceof XmlElement).toReversed())
  }
}

function childNames(element: XmlElement): ReadonlySet<string> {
  return new Set(element.children.filter((child) => child instanceof XmlElement).map(({ name }) => name))
}
