/**
 * Checks a codec against a schema: which values it must decode, which values it must reject and at which pointer, and
 * which data it must keep.
 *
 * If the codec throws, the check fails and the report contains the exception.
 *
 * @module
 */
import * as fc from "fast-check"
import * as Arbitraries from "../generate/Arbitraries.ts"
import * as Coverage from "../generate/Coverage.ts"
import {
  copy,
  equals,
  firstDifference,
  pointerKeys,
  updateAt,
  valueAt,
  type Json,
  type JsonSchema,
  type Resolve
} from "./JsonSchema.ts"
import * as Judge from "./Judge.ts"
import * as Mutants from "../generate/Mutants.ts"
import { policy, treatmentOf, type Departure, type Direction } from "./Policy.ts"
import * as Replay from "../runner/Replay.ts"

export type Decoded<A> =
  | { readonly ok: true; readonly value: A }
  | { readonly ok: false; readonly pointers: ReadonlyArray<string> }

export interface Codec<A> {
  readonly decode: (input: unknown) => Decoded<A>
  /** Without this function, no round trip is checked. */
  readonly encode?: (value: A) => unknown
  /** Normalizes both sides of a round trip before they are compared. Default: the identity. */
  readonly normalise?: (wire: Json) => Json
  /**
   * Encoded values that the codec itself generates, for example from its own schema. Each must be valid according
   * to the document's schema, except for violations that the policy tolerates.
   */
  readonly ownValues?: Iterable<unknown>
}

/**
 * The checks of the conformance suite.
 *
 * **Details**
 *
 * The ids in parentheses name the properties of the suite. `kalshi-contract explain P1` prints a property.
 *
 * - `completeness`: the codec decodes every value of the coverage set (`Coverage.ts`) and of the random sample (P1).
 * - `own-values`: every value that the codec itself generates is valid, except for violations that the policy tolerates
 *   (P1′).
 * - `precision`: the codec rejects every mutant whose kind the policy rejects, with the pointer of its fault (P2). A
 *   mutant is a value with exactly one fault (see `Mutants.ts`).
 * - `tolerance`: the codec decodes every mutant whose kind the policy tolerates. If the policy says `tolerate-and-tag`,
 *   the decoded value keeps the changed member. Unknown members change nothing else (P1, P2).
 * - `round-trip`: a decoded value encodes to the original, after both are normalized (P3).
 */
export type Check = "completeness" | "own-values" | "precision" | "round-trip" | "tolerance"

export interface Tally {
  readonly run: number
  readonly failed: number
}

export interface Failure {
  readonly check: Check
  readonly target: string
  /** Empty for the root value. */
  readonly pointer: string
  /** The kind of the mutant, or `unknown-field`. */
  readonly departure: Departure | undefined
  readonly note: string
  readonly expected: string
  readonly got: string
  /** The input of the codec, shrunk if it is random. For `own-values`, the value that the codec generated. */
  readonly instance: Json
  /** Only for failures of the random sample. */
  readonly replay: string | undefined
}

export interface Report {
  readonly target: string
  readonly direction: Direction
  readonly passed: boolean
  readonly checks: Readonly<Record<Check, Tally>>
  /** The number of mutants of each kind. */
  readonly kinds: Readonly<Partial<Record<Mutants.Kind, number>>>
  /**
   * The number of faults without a mutant. For such a fault, the judge accepts every candidate or reports other
   * pointers. See `Suite.discarded`.
   */
  readonly discarded: number
  /** The first failures of each check, and the shrunk failure of the random sample. */
  readonly failures: ReadonlyArray<Failure>
}

export interface Options {
  /** Default: all. */
  readonly checks?: ReadonlyArray<Check>
  /** The number of random values. Default: 200. */
  readonly runs?: number
  /** The seed of the random sample. Default: `KALSHI_CONTRACT_SEED`, or a constant if the variable is not set. */
  readonly seed?: number
  /** Starts the random sample at the counterexample of a replay token. */
  readonly path?: string
  /** The maximum number of failures that the report shows for each check. Default: 3. */
  readonly failuresShown?: number
}

export interface Target {
  /** Example: `GetOrder 200`. */
  readonly name: string
  readonly schema: JsonSchema
  readonly direction: Direction
}

/** Prepared values, which can check any number of codecs. */
export interface Suite {
  readonly target: Target
  readonly values: ReadonlyArray<Json>
  readonly mutants: ReadonlyArray<Mutants.Mutant>
  readonly discarded: ReadonlyArray<Mutants.Discarded>
  readonly additions: ReadonlyArray<Mutants.Addition>
  readonly run: <A>(codec: Codec<A>, options?: Options) => Report
}

export interface Conformance {
  readonly judge: Judge.Judge
  /**
   * Prepares the values for a schema.
   *
   * @throws `UnknownKeyword` or `UnusableSchema` if the schema is not supported.
   */
  readonly suite: (target: Target) => Suite
}

/** The name in replay tokens. */
const property = "conformance"

type Outcome<A> = Decoded<A> | { readonly ok: false; readonly threw: string }

const attempt = <A>(codec: Codec<A>, value: Json): Outcome<A> => {
  try {
    return codec.decode(copy(value))
  } catch (error) {
    return { ok: false, threw: error instanceof Error ? `${error.name}: ${error.message}` : String(error) }
  }
}

const describeOutcome = <A>(outcome: Outcome<A>): string =>
  outcome.ok
    ? "decoded"
    : "threw" in outcome
      ? `threw ${outcome.threw}`
      : outcome.pointers.length === 0
        ? "rejected without a pointer"
        : `rejected at ${outcome.pointers.map((pointer) => JSON.stringify(pointer)).join(", ")}`

const encodeValue = <A>(codec: Codec<A>, value: A): { readonly wire: Json } | { readonly threw: string } => {
  try {
    // Without an encoder, the decoded value must have the wire form.
    const encoded = codec.encode === undefined ? value : codec.encode(value)
    const text = JSON.stringify(encoded)
    return text === undefined ? { threw: "nothing was encoded" } : { wire: JSON.parse(text) as Json }
  } catch (error) {
    return { threw: error instanceof Error ? `${error.name}: ${error.message}` : String(error) }
  }
}

type Fault = Omit<Failure, "target" | "replay">

const validFault = <A>(codec: Codec<A>, value: Json): Fault | undefined => {
  const outcome = attempt(codec, value)
  if (!outcome.ok) {
    return {
      check: "completeness",
      pointer: "pointers" in outcome ? (outcome.pointers[0] ?? "") : "",
      departure: undefined,
      note: "a valid value",
      expected: "decoded",
      got: describeOutcome(outcome),
      instance: value
    }
  }
  if (codec.encode === undefined) return undefined
  const encoded = encodeValue(codec, outcome.value)
  const normalise = codec.normalise ?? ((wire: Json): Json => wire)
  const pointer = "wire" in encoded ? firstDifference(normalise(value), normalise(encoded.wire)) : ""
  if (pointer === undefined) return undefined
  return {
    check: "round-trip",
    pointer,
    departure: undefined,
    note: "decoded and encoded again",
    expected: show(valueAt(normalise(value), pointer)),
    got: "wire" in encoded ? show(valueAt(normalise(encoded.wire), pointer)) : `threw ${encoded.threw}`,
    instance: value
  }
}

/** Reports a value that failed once and then passed: a decoder must be deterministic. */
const unstableFault = (value: Json): Fault => ({
  check: "completeness",
  pointer: "",
  departure: undefined,
  note: "a valid value, decoded twice",
  expected: "the same outcome twice",
  got: "a failure, then a success",
  instance: value
})

const show = (value: Json | undefined): string => (value === undefined ? "nothing" : JSON.stringify(value))

const mutantFault = <A>(codec: Codec<A>, mutant: Mutants.Mutant, direction: Direction): Fault | undefined => {
  const outcome = attempt(codec, mutant.value)
  const treatment = treatmentOf(mutant.kind, direction)
  const fault = (check: Check, expected: string, got: string): Fault => ({
    check,
    pointer: mutant.pointer,
    departure: mutant.kind,
    note: mutant.note,
    expected,
    got,
    instance: mutant.value
  })
  if (treatment === "reject") {
    const isExact = !outcome.ok && "pointers" in outcome && Mutants.blames(mutant, outcome.pointers)
    return isExact
      ? undefined
      : fault("precision", `rejected at ${JSON.stringify(mutant.pointer)}`, describeOutcome(outcome))
  }
  if (!outcome.ok)
    return fault("tolerance", `decoded, because ${policy[mutant.kind][direction].reason}`, describeOutcome(outcome))
  if (treatment === "tolerate") return undefined
  const encoded = encodeValue(codec, outcome.value)
  const expectedValue = valueAt(mutant.value, mutant.pointer)
  const encodedValue = "wire" in encoded ? valueAt(encoded.wire, mutant.pointer) : undefined
  return equals(encodedValue, expectedValue)
    ? undefined
    : fault(
        "tolerance",
        `decoded as ${show(expectedValue)}`,
        "wire" in encoded ? show(encodedValue) : `threw ${encoded.threw}`
      )
}

/** The codec may drop an unknown member or keep it as received, but nothing else may change. */
const additionFault = <A>(codec: Codec<A>, addition: Mutants.Addition): Fault | undefined => {
  const outcome = attempt(codec, addition.value)
  const fault = (expected: string, got: string): Fault => ({
    check: "tolerance",
    pointer: addition.pointers[0] ?? "",
    departure: "unknown-field",
    note: addition.pointers.length === 1 ? "an unknown member" : `${addition.pointers.length} unknown members`,
    expected,
    got,
    instance: addition.value
  })
  if (!outcome.ok) return fault("decoded", describeOutcome(outcome))
  if (codec.encode === undefined) return undefined
  const encoded = encodeValue(codec, outcome.value)
  if (!("wire" in encoded)) return fault("encoded", `threw ${encoded.threw}`)
  const normalise = codec.normalise ?? ((wire: Json): Json => wire)
  let rest: Json = encoded.wire
  for (const pointer of addition.pointers) {
    const keptValue = valueAt(rest, pointer)
    if (keptValue === undefined) continue
    if (!equals(keptValue, valueAt(addition.value, pointer)))
      return fault("dropped or kept as received", show(keptValue))
    rest = updateAt(rest, pointerKeys(pointer), () => undefined) ?? rest
  }
  const changed = firstDifference(normalise(addition.base), normalise(rest))
  return changed === undefined
    ? undefined
    : fault("all other members unchanged", `changed at ${JSON.stringify(changed)}`)
}

/** The codec's own values may contain tolerated violations. */
const isTolerated = (violation: Judge.Violation, direction: Direction): boolean => {
  switch (violation.keyword) {
    case "enum":
      return treatmentOf("enum-non-member", direction) !== "reject"
    case "additionalProperties":
      return treatmentOf("extra-property", direction) !== "reject"
    default:
      return false
  }
}

const ownFaults = <A>(codec: Codec<A>, judged: (value: Json) => Judge.Verdict, direction: Direction) =>
  [...(codec.ownValues ?? [])].map((value): Fault | undefined => {
    const text = JSON.stringify(value)
    const wire: Json = text === undefined ? null : (JSON.parse(text) as Json)
    const verdict: Judge.Verdict =
      text === undefined
        ? { valid: false, pointers: [""], violations: [{ pointer: "", keyword: "type", message: "is not JSON" }] }
        : judged(wire)
    const violations = verdict.valid ? [] : verdict.violations.filter((violation) => !isTolerated(violation, direction))
    const [first] = violations
    if (first === undefined) return undefined
    return {
      check: "own-values",
      pointer: first.pointer,
      departure: undefined,
      note: "a value that the codec generated",
      expected: "valid",
      got: `${first.keyword}: ${first.message}`,
      instance: wire
    }
  })

const makeTallies = (target: string, shown: number) => {
  const tallies: Record<Check, { run: number; failed: number }> = {
    completeness: { run: 0, failed: 0 },
    "own-values": { run: 0, failed: 0 },
    precision: { run: 0, failed: 0 },
    "round-trip": { run: 0, failed: 0 },
    tolerance: { run: 0, failed: 0 }
  }
  const failures: Array<Failure> = []
  /** Keeps the first faults of each check, and every fault with a replay line. */
  const fail = (fault: Fault | undefined, replay?: string): void => {
    if (fault === undefined) return
    if (tallies[fault.check].failed++ < shown || replay !== undefined) failures.push({ ...fault, target, replay })
  }
  return { tallies, failures, fail }
}

const checkRandom = <A>(
  codec: Codec<A>,
  { name, direction }: Target,
  values: fc.Arbitrary<Json>,
  { path = "", runs = 200, seed = Replay.seedFrom() }: Options
) => {
  const details = fc.check(
    fc.property(values, (value) => validFault(codec, value) === undefined),
    { numRuns: runs, seed, ...(path === "" ? {} : { path }) }
  )
  if (details.counterexample === null) return { runs: details.numRuns }
  const [value] = details.counterexample
  const replay = {
    property,
    target: `${direction} ${name}`,
    seed: details.seed,
    path: details.counterexamplePath ?? ""
  }
  return { runs: details.numRuns, fault: validFault(codec, value) ?? unstableFault(value), replay: Replay.line(replay) }
}

interface Prepared extends Omit<Suite, "run"> {
  readonly judged: (value: Json) => Judge.Verdict
  readonly random: () => fc.Arbitrary<Json>
}

const runSuite = <A>(prepared: Prepared, codec: Codec<A>, options: Options): Report => {
  const { additions, discarded, judged, mutants, random, target, values } = prepared
  const { name, direction } = target
  const { fail, failures, tallies } = makeTallies(name, options.failuresShown ?? 3)
  const isRequested = (...checks: ReadonlyArray<Check>): boolean =>
    options.checks === undefined || options.checks.some((check) => checks.includes(check))
  /** A value that does not decode has no round trip. */
  const tallyValid = (fault: Fault | undefined, count: number): void => {
    tallies.completeness.run += count
    if (codec.encode !== undefined) {
      tallies["round-trip"].run += fault?.check === "completeness" ? count - 1 : count
    }
  }
  if (isRequested("completeness", "round-trip")) {
    for (const value of values) {
      const fault = validFault(codec, value)
      tallyValid(fault, 1)
      fail(fault)
    }
    if (options.runs !== 0) {
      const { fault, replay, runs } = checkRandom(codec, target, random(), options)
      tallyValid(fault, runs)
      fail(fault, replay)
    }
  }
  for (const mutant of mutants) {
    const check: Check = treatmentOf(mutant.kind, direction) === "reject" ? "precision" : "tolerance"
    if (!isRequested(check)) continue
    tallies[check].run++
    fail(mutantFault(codec, mutant, direction))
  }
  for (const addition of isRequested("tolerance") ? additions : []) {
    tallies.tolerance.run++
    fail(additionFault(codec, addition))
  }
  for (const fault of isRequested("own-values") ? ownFaults(codec, judged, direction) : []) {
    tallies["own-values"].run++
    fail(fault)
  }
  const kinds: Partial<Record<Mutants.Kind, number>> = {}
  for (const { kind } of mutants) kinds[kind] = (kinds[kind] ?? 0) + 1
  return {
    target: name,
    direction,
    passed: Object.values(tallies).every((tally) => tally.failed === 0),
    checks: tallies,
    kinds,
    discarded: discarded.length,
    failures
  }
}

export const make = (resolve: Resolve): Conformance => {
  const judge = Judge.make(resolve)
  const arbitraries = Arbitraries.make(judge)
  const coverage = Coverage.make(judge)
  const mutants = Mutants.make(judge)

  const suite = (target: Target): Suite => {
    const { schema } = target
    const values = coverage.of(schema)
    let arbitrary: fc.Arbitrary<Json> | undefined
    const prepared: Prepared = {
      target,
      values,
      ...mutants.survey(schema)(values),
      additions: mutants.additions(schema)(values),
      judged: judge(schema),
      random: () => (arbitrary ??= arbitraries.of(schema))
    }
    return { ...prepared, run: (codec, options = {}) => runSuite(prepared, codec, options) }
  }

  return { judge, suite }
}
