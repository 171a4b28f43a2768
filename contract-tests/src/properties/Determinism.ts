/**
 * P15: checks that the suite is deterministic.
 *
 * @module
 */
import * as Operation from "@kalshi-effect/client/Operation"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as SchemaGetter from "effect/SchemaGetter"
import * as ClientOperations from "../operations/ClientOperations.ts"
import * as Replay from "../runner/Replay.ts"
import { failed, type Outcome, type OperationProperty, type TargetProperty, type Settings } from "./Property.ts"

const id = "P15"

/** These operations cover each sending class (see `SendingClass.ts`), and GET, POST and DELETE. */
const sample = ["GetOrders", "CreateOrderV2", "CreateOrderGroup", "DeleteOrderGroup"]

/** A few cases are enough, because the property only compares two runs. */
const fewRuns = 12

/** Enough cases to find the injected fault. */
const faultRuns = 100

const findOperation = (operationId: string): ClientOperations.ClientOperation => {
  const found = ClientOperations.all.find(({ descriptor }) => descriptor.operationId === operationId)
  if (found === undefined) throw new Error(`the client has no ${operationId}`)
  return found
}

const withDescriptor = (
  operationId: string,
  change: (descriptor: Operation.Descriptor) => Partial<Operation.Descriptor>
): ClientOperations.ClientOperation => {
  const client = findOperation(operationId)
  const descriptor: Operation.Descriptor = { ...client.descriptor, ...change(client.descriptor) }
  // The altered descriptor is the injected fault, so it does not fit the types of the operation. The casts hide this.
  const operation = Operation.make(descriptor as never) as unknown as ClientOperations.AnyOperation
  return { ...client, descriptor, operation }
}

const withBody = (body: (known: Schema.Codec<unknown>) => Schema.Codec<unknown>) =>
  withDescriptor("GetOrders", ({ success }) => ({
    success: { ...success, body: success.body === undefined ? undefined : body(success.body) }
  }))

const anything = () => withBody(() => Schema.Unknown as Schema.Codec<unknown>)

const empty = () =>
  withBody(
    (known) =>
      Schema.Unknown.pipe(
        Schema.decodeTo(known, {
          decode: SchemaGetter.transform((body: unknown) =>
            typeof body === "object" && body !== null && "orders" in body ? { ...body, orders: [] } : body
          ),
          encode: SchemaGetter.transform((value: unknown) => value)
        })
      ) as Schema.Codec<unknown> // The decoded and the encoded type are unknown.
  )

const unpaged = (): ClientOperations.ClientOperation => {
  const client = findOperation("GetOrders")
  const call = (...input: Parameters<typeof client.operation>) => client.operation(...input)
  return { ...client, operation: Object.assign(call, { descriptor: client.descriptor }) }
}

/** For each property, an operation that violates it. A property without an entry does not test the client. */
const injectedFaults: Readonly<Record<string, () => ClientOperations.ClientOperation>> = {
  P1: () => withBody(() => findOperation("GetBalance").descriptor.success.body ?? Schema.Unknown),
  "P1′": anything,
  P2: anything,
  P3: empty,
  P4: () => withDescriptor("GetOrders", () => ({ errors: [] })),
  P5: () => withDescriptor("GetOrders", () => ({ method: "PUT" })),
  P6: anything,
  P7: () => withDescriptor("CreateOrderGroup", () => ({ retry: "idempotent" })),
  P8: () => withDescriptor("GetOrders", () => ({ auth: "none" })),
  P9: () => withDescriptor("CreateOrderGroup", () => ({ retry: "idempotent" })),
  P10: unpaged,
  P12: () => withDescriptor("GetOrders", ({ success }) => ({ success: { ...success, status: 201 } }))
}

/** Prints an outcome without its report, which only repeats the other data. */
const stringify = (outcome: Outcome): string => JSON.stringify({ ...outcome, report: undefined })

interface Subject {
  readonly id: string
  readonly runs: number
  readonly targets: ReadonlyArray<{
    readonly name: string
    readonly run: (settings: Settings) => Effect.Effect<Outcome>
  }>
  /** Undefined for a property that does not test the client. */
  readonly withFault: ((settings: Settings) => Effect.Effect<Outcome>) | undefined
}

const ofOperations = (property: OperationProperty): Subject => {
  const fault = injectedFaults[property.id]?.()
  return {
    id: property.id,
    runs: fewRuns,
    targets: sample
      .map(findOperation)
      .map((operation) => ({ name: operation.name, run: (settings) => property.run({ operation, ...settings }) })),
    withFault: fault === undefined ? undefined : (settings) => property.run({ operation: fault, ...settings })
  }
}

/** A property whose targets are not operations, and the same property with a fault that it must detect. */
export interface WithFault {
  readonly property: TargetProperty
  readonly faulty: TargetProperty
}

const ofTargets = ({ faulty, property }: WithFault): Subject => ({
  id: property.id,
  runs: fewRuns,
  targets: property.targets.map((name) => ({ name, run: (settings) => property.runOn(name, settings) })),
  // Shrinking takes long and is not necessary, because a replay can start at any counterexample.
  withFault: (settings) => faulty.runOn(faulty.targets[0]!, { ...settings, shrink: false })
})

const checkSubject = (
  { id: subject, runs: cases, targets, withFault }: Subject,
  seed: number
): Effect.Effect<Outcome> =>
  Effect.gen(function* () {
    const fail = (reason: string, first: Outcome, second: Outcome): Outcome =>
      failed(id, subject, seed, {
        reason,
        expected: stringify(first),
        got: stringify(second),
        counterexample: stringify(second)
      })
    let runs = 0
    for (const { name, run } of targets) {
      const runTarget = run({ seed, runs: cases })
      const [first, second] = [yield* runTarget, yield* runTarget]
      runs += 2
      if (stringify(first) !== stringify(second))
        return fail(`two runs with the same seed gave different results for ${name}`, first, second)
    }
    if (withFault === undefined) return { _tag: "Passed", runs, reached: { twice: targets.length } }
    const runWithFault = withFault({ seed, runs: faultRuns })
    const [firstFailure, secondFailure] = [yield* runWithFault, yield* runWithFault]
    if (firstFailure._tag !== "Failed")
      return fail("the property does not detect the injected fault", firstFailure, secondFailure)
    if (stringify(firstFailure) !== stringify(secondFailure))
      return fail("the second run finds a different counterexample", firstFailure, secondFailure)
    const replay = Replay.parse(Replay.token(firstFailure.replay))
    const replayed = yield* withFault({ seed: replay.seed, runs: faultRuns, path: replay.path })
    if (
      replayed._tag !== "Failed" ||
      replayed.counterexample !== firstFailure.counterexample ||
      replayed.reason !== firstFailure.reason
    ) {
      return fail("the replay token does not reproduce the failure", firstFailure, replayed)
    }
    return { _tag: "Passed", runs: runs + 3, reached: { twice: targets.length, replayed: 1 } }
  })

export const make = (
  properties: ReadonlyArray<OperationProperty>,
  others: ReadonlyArray<WithFault> = []
): TargetProperty => {
  const subjects = new Map([
    ...properties.map((property) => [property.id, () => ofOperations(property)] as const),
    ...others.map((other) => [other.property.id, () => ofTargets(other)] as const)
  ])
  return {
    id,
    statement:
      "Two runs of a property with the same seed give the same result, and the replay token of a failure reproduces the counterexample.",
    targets: [...subjects.keys()],
    runOn: (target, { seed }) => {
      const subject = subjects.get(target)
      return subject === undefined
        ? Effect.succeed<Outcome>({ _tag: "Skipped", reason: "no such property" })
        : checkSubject(subject(), seed)
    }
  }
}
