/**
 * P7: checks over TCP how the client handles responses with faulty bytes.
 *
 * @module
 */
import * as Environment from "@kalshi-effect/client/Environment"
import * as Kalshi from "@kalshi-effect/client/Kalshi"
import * as SendPolicy from "@kalshi-effect/client/SendPolicy"
import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import * as Effect from "effect/Effect"
import * as FetchHttpClient from "effect/http/FetchHttpClient"
import type * as HttpClient from "effect/http/HttpClient"
import * as Layer from "effect/Layer"
import * as Result from "effect/Result"
import * as Schedule from "effect/Schedule"
import * as Requests from "../operations/Requests.ts"
import * as ClientOperations from "../operations/ClientOperations.ts"
import { memberOf, stringify, type Json } from "../judge/JsonSchema.ts"
import { byteFaults, maxBodyBytes, intactResponse, type ByteFault, type ValidResponse } from "./internal/byteFaults.ts"
import * as faultyServer from "./internal/faultyServer.ts"
import { failed, type Outcome, type OperationProperty, type Run } from "./Property.ts"
import * as SendingClass from "./SendingClass.ts"
import { simplestInput, referenceOf, validBody } from "./Subject.ts"

const id = "P7"

/** The HTTP clients that applications use. */
const clients: Readonly<Record<string, Layer.Layer<HttpClient.HttpClient>>> = {
  fetch: FetchHttpClient.layer,
  undici: NodeHttpClient.layerUndici
}

/**
 * These operations run every fault. They cover each sending class (see `SendingClass.ts`) and each kind of response.
 */
export const fullyTested: ReadonlySet<string> = /*#__PURE__*/ new Set([
  ...["GetOrderGroup", "GetOrders", "GetMarkets", "GetMarketOrderbook", "GetExchangeStatus", "DeleteOrderGroup"],
  ...["CreateOrderV2", "BatchCreateOrdersV2", "ApplySubaccountTransfer", "CreateOrderGroup", "CancelAllOrders"],
  "GenerateApiKey"
])

/** The number of faults that an operation runs if it is not in {@link fullyTested}. */
const sampleSize = 3

export const faultsOf = (
  { descriptor, name }: ClientOperations.ClientOperation,
  seed: number
): ReadonlyArray<ByteFault> => {
  if (fullyTested.has(descriptor.operationId)) return byteFaults
  const index = ClientOperations.all.findIndex((client) => client.name === name)
  const start = (Math.max(0, index) * sampleSize + (seed >>> 0)) % byteFaults.length
  return Array.from({ length: sampleSize }, (_, n) => byteFaults[(start + n) % byteFaults.length]!)
}

const maxAttemptMillis = 20_000

const attemptMillis = (fault: ByteFault): number => (fault.outcome === "timeout" ? 100 : maxAttemptMillis)

/**
 * The server may write this many bytes beyond the client's limit (`maxBodyBytes`), because system buffers hold them.
 */
const bufferedBytes = 64 * 1024 * 1024

/** A longer call counts as hung. */
const hangsAfter = "30 seconds"

interface Observation {
  readonly tag: string
  readonly requestSent: Json | undefined
  readonly limit: Json | undefined
  readonly code: Json | undefined
  readonly requests: number
  readonly written: number
}

const outcomes: Readonly<Record<ByteFault["outcome"], (hasBody: boolean) => ReadonlyArray<string>>> = {
  lost: () => ["TransportError"],
  large: () => ["TransportError"],
  timeout: () => ["RequestTimeout"],
  success: () => ["Success"],
  broken: (hasBody) => [hasBody ? "ContractError" : "Success"],
  truncated: (hasBody) => [hasBody ? "ContractError" : "Success", "TransportError"]
}

const mismatchOf = (
  fault: ByteFault,
  seen: Observation,
  tags: ReadonlyArray<string>,
  requests: number
): string | undefined => {
  const { code, limit, requestSent, tag, written } = seen
  if (!tags.includes(tag)) return `expected ${tags.join(" or ")}, got ${tag}`
  if (seen.requests !== requests) return `expected ${requests} requests, got ${seen.requests}`
  if (tag === "TransportError" || tag === "RequestTimeout") {
    if (requestSent !== "maybe") return `requestSent is ${String(requestSent)}, but the complete request was sent`
    if (tag === "RequestTimeout" && limit !== "attempt")
      return `expected the attempt's time limit, got ${String(limit)}`
    if ((code === "ERR_BODY_TOO_LARGE") !== (fault.outcome === "large"))
      return `expected ${fault.outcome === "large" ? "" : "not "}the code ERR_BODY_TOO_LARGE, got ${String(code)}`
  }
  if (fault.outcome === "large" && written > maxBodyBytes + bufferedBytes)
    return `the client read up to ${written} bytes of an oversized body`
  if ("polluted" in {}) return "the prototype of all objects was changed"
  return undefined
}

/** Describes the end of a call. `result` is undefined if the call hung. */
const observe = (result: Result.Result<unknown, unknown> | void, server: faultyServer.FaultyServer): Observation => {
  // A failure of the client is plain data, so it is compared as JSON.
  const error = result === undefined || Result.isSuccess(result) ? undefined : (result.failure as unknown as Json)
  return {
    tag: result === undefined ? "no result" : error === undefined ? "Success" : String(memberOf(error, "_tag")),
    requestSent: memberOf(error, "requestSent"),
    limit: memberOf(error, "limit"),
    code: memberOf(error, "code"),
    requests: server.received(),
    written: server.written()
  }
}

type Call = (
  policy: Partial<SendPolicy.SendPolicy>,
  responses: ReadonlyArray<faultyServer.Answer>
) => Effect.Effect<Observation>

/** Starts a server, and returns a function that calls the operation with scripted responses of the server. */
const makeCall = (
  operation: ClientOperations.ClientOperation,
  http: Layer.Layer<HttpClient.HttpClient>,
  layer: typeof Kalshi.layer
) =>
  Effect.gen(function* () {
    const input = simplestInput(operation)
    const server = yield* faultyServer.make
    const environment = yield* Effect.orDie(Effect.fromResult(Environment.fromUrl(server.url)))
    const { signer } = Requests.layerOptions
    const context = yield* Layer.build(
      Layer.provide(layer({ environment, limits: false, signer, policy: { maxBodyBytes } }), http)
    )
    const call: Call = (policy, responses) => {
      server.script(responses)
      return Effect.result(operation.operation(input)).pipe(
        Effect.provideService(SendPolicy.Overrides, policy),
        Effect.provideContext(context),
        Effect.timeoutOrElse({ duration: hangsAfter, orElse: () => Effect.void }),
        Effect.map((result) => observe(result, server))
      )
    }
    return call
  })

/** Calls with the fault and without retries, then with the fault and with retries, and then without the fault. */
const checkFault = (
  fault: ByteFault,
  call: Call,
  {
    validResponse: good,
    hasBody,
    isRepeatable: repeats
  }: { readonly validResponse: ValidResponse; readonly hasBody: boolean; readonly isRepeatable: boolean }
): Effect.Effect<string | undefined> =>
  Effect.gen(function* () {
    let attemptTimeout = attemptMillis(fault)
    const tags = outcomes[fault.outcome](hasBody)
    const callOnce = () => call({ retry: SendPolicy.noRetry, attemptTimeout }, [fault.answer(good)])
    let first = yield* callOnce()
    // On a busy machine, the attempt can end before the server receives the request. Such a call proves nothing.
    while (fault.outcome === "timeout" && first.requests === 0 && attemptTimeout < maxAttemptMillis) {
      attemptTimeout *= 4
      first = yield* callOnce()
    }
    const reason = mismatchOf(fault, first, tags, 1)
    if (reason !== undefined) return `without retries: ${reason}`

    // The policy allows a retry. The client must retry if a retry can help and is safe, and otherwise must not retry.
    const canRetry =
      repeats && (first.tag === "RequestTimeout" || (first.tag === "TransportError" && fault.outcome !== "large"))
    // If the time limit is short on purpose, even the valid response can be too late on a busy machine.
    const isShort = fault.outcome === "timeout"
    const policy = { retry: Schedule.recurs(isShort ? 20 : 1), attemptTimeout }
    const second = yield* call(policy, [fault.answer(good), intactResponse(good)])
    // The outcome of a truncated body depends on timing, so the two calls can have different outcomes.
    const isRetried = fault.outcome === "truncated" ? second.requests === 2 : canRetry
    const requests = isRetried ? (isShort ? Math.max(2, second.requests) : 2) : 1
    const retryReason = mismatchOf(fault, second, isRetried ? ["Success"] : tags, requests)
    if (retryReason !== undefined || (isRetried && !repeats)) {
      return `with retries: ${retryReason ?? "the request was sent twice"}`
    }

    // Leftover bytes on the connection must not reach another response.
    const after = yield* call({ retry: SendPolicy.noRetry, attemptTimeout: maxAttemptMillis }, [intactResponse(good)])
    return after.tag === "Success" && after.requests === 1
      ? undefined
      : `in the next call: expected Success with 1 request, got ${after.tag} with ${after.requests}`
  })

/** Checks an operation. A test may replace the client's `layer`. */
export const check = (run: Run, layer: typeof Kalshi.layer = Kalshi.layer): Effect.Effect<Outcome> =>
  Effect.scoped(
    Effect.gen(function* () {
      const { operation, seed } = run
      const reference = referenceOf(operation)
      const hasBody = reference.success.schema !== undefined
      const validResponse: ValidResponse = {
        status: reference.success.status,
        body: hasBody ? stringify(validBody(operation)) : ""
      }
      const sendingClass = SendingClass.of(reference)
      const isRepeatable = sendingClass === "idempotent" || SendingClass.isKeyed(reference, simplestInput(operation))
      const reached: Record<string, number> = {}
      let runs = 0
      for (const [name, http] of Object.entries(clients)) {
        const call = yield* makeCall(operation, http, layer)
        for (const fault of faultsOf(operation, seed)) {
          if (fault.inBody && validResponse.status === 204) continue
          const mismatch = yield* checkFault(fault, call, { validResponse, hasBody, isRepeatable })
          if (mismatch !== undefined) {
            const reason = `${fault.name}, on ${name}, ${mismatch}`
            return failed(id, operation.name, seed, { runs, reason, counterexample: fault.name })
          }
          runs += 3
          reached[`${fault.outcome} on ${name}`] = (reached[`${fault.outcome} on ${name}`] ?? 0) + 1
          reached[sendingClass] = (reached[sendingClass] ?? 0) + 1
        }
      }
      return { _tag: "Passed", runs, reached }
    })
  )

export const P7: OperationProperty = {
  id,
  statement:
    "After every malformed or broken response over TCP, a call with fetch or undici has the correct typed outcome, within limited time and memory. The client retries only if that is safe. The next call is not affected. Twelve operations run every fault. All others run a sample.",
  run: (run) => check(run)
}
