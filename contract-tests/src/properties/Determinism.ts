/** P15: whether the suite is deterministic. */
import * as Operation from "@kalshi-effect/client/Operation"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as SchemaGetter from "effect/SchemaGetter"
import * as ClientOperations from "../operations/ClientOperations.ts"
import * as Replay from "../runner/Replay.ts"
import { failed, type Outcome, type Property, type PropertyOf, type Settings } from "./Property.ts"

const id = "P15"

/** Operations whose cells run twice: one of each method and each sending class. */
const sample = ["GetOrders", "CreateOrderV2", "CreateOrderGroup", "DeleteOrderGroup"]

/** This property needs identical cases, not many. */
const fewRuns = 12

/** Enough to find the planted fault. */
const enoughRuns = 100

const named = (operationId: string): ClientOperations.ClientOperation => {
  const found = ClientOperations.all.find(({ descriptor }) => descriptor.operationId === operationId)
  if (found === undefined) throw new Error(`the client has no ${operationId}`)
  return found
}

/** An operation with a fault. */
const altered = (
  operationId: string,
  change: (descriptor: Operation.Descriptor) => Partial<Operation.Descriptor>
): ClientOperations.ClientOperation => {
  const client = named(operationId)
  const descriptor: Operation.Descriptor = { ...client.descriptor, ...change(client.descriptor) }
  // No operation has these types: the fault is deliberate.
  const operation = Operation.make(descriptor as never) as unknown as ClientOperations.AnyOperation
  return { ...client, descriptor, operation }
}

const reading = (body: (known: Schema.Codec<unknown>) => Schema.Codec<unknown>) =>
  altered("GetOrders", ({ success }) => ({
    success: { ...success, body: success.body === undefined ? undefined : body(success.body) }
  }))

const anything = () => reading(() => Schema.Unknown as Schema.Codec<unknown>)

const empty = () =>
  reading(
    (known) =>
      Schema.Unknown.pipe(
        Schema.decodeTo(known, {
          decode: SchemaGetter.transform((body: unknown) =>
            typeof body === "object" && body !== null && "orders" in body ? { ...body, orders: [] } : body
          ),
          encode: SchemaGetter.transform((value: unknown) => value)
        })
      ) as Schema.Codec<unknown> // it decodes every body
  )

const unpaged = (): ClientOperations.ClientOperation => {
  const client = named("GetOrders")
  const call = (...input: Parameters<typeof client.operation>) => client.operation(...input)
  return { ...client, operation: Object.assign(call, { descriptor: client.descriptor }) }
}

/** For each property, an operation that violates it. Other properties are not about the client. */
const planted: Readonly<Record<string, () => ClientOperations.ClientOperation>> = {
  P1: () => reading(() => named("GetBalance").descriptor.success.body ?? Schema.Unknown),
  "P1′": anything,
  P2: anything,
  P3: empty,
  P4: () => altered("GetOrders", () => ({ errors: [] })),
  P5: () => altered("GetOrders", () => ({ method: "PUT" })),
  P6: anything,
  P7: () => altered("CreateOrderGroup", () => ({ retry: "idempotent" })),
  P8: () => altered("GetOrders", () => ({ auth: "none" })),
  P9: () => altered("CreateOrderGroup", () => ({ retry: "idempotent" })),
  P10: unpaged,
  P12: () => altered("GetOrders", ({ success }) => ({ success: { ...success, status: 201 } }))
}

/** An outcome without its report, which repeats it. */
const textOf = (outcome: Outcome): string => JSON.stringify({ ...outcome, report: undefined })

const hold = (property: Property, { seed }: Settings): Effect.Effect<Outcome> =>
  Effect.gen(function* () {
    const broken = (because: string, first: Outcome, second: Outcome): Outcome =>
      failed(id, property.id, seed, {
        because,
        expected: textOf(first),
        got: textOf(second),
        counterexample: textOf(second)
      })
    let runs = 0
    for (const operation of sample.map(named)) {
      const once = property.run({ operation, seed, runs: fewRuns })
      const [first, second] = [yield* once, yield* once]
      runs += 2
      if (textOf(first) !== textOf(second))
        return broken(`of ${operation.name} it gives two different results`, first, second)
    }
    const fault = planted[property.id]?.()
    if (fault === undefined) return { _tag: "Held", runs, reached: { twice: sample.length } }
    const find = property.run({ operation: fault, seed, runs: enoughRuns })
    const [found, again] = [yield* find, yield* find]
    if (found._tag !== "Failed") return broken("it does not detect the planted fault", found, again)
    if (textOf(found) !== textOf(again)) return broken("it finds another counterexample the second time", found, again)
    const replay = Replay.parse(Replay.token(found.replay))
    const met = yield* property.run({ operation: fault, seed: replay.seed, runs: enoughRuns, path: replay.path })
    if (met._tag !== "Failed" || met.counterexample !== found.counterexample || met.because !== found.because) {
      return broken("its token does not reproduce the failure", found, met)
    }
    return { _tag: "Held", runs: runs + 3, reached: { twice: sample.length, replayed: 1 } }
  })

/** Determinism, of some properties. */
export const make = (properties: ReadonlyArray<Property>): PropertyOf => ({
  id,
  statement:
    "Each property gives the same result twice for the same seed, and the token of a failure reproduces its counterexample.",
  targets: properties.map((property) => property.id),
  runOn: (target, settings) => {
    const property = properties.find((one) => one.id === target)
    return property === undefined
      ? Effect.succeed<Outcome>({ _tag: "Skipped", reason: "no such property" })
      : hold(property, settings)
  }
})
