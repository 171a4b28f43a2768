/**
 * Calls a live exchange and checks the responses. A rule decides which requests may be sent.
 *
 * @module
 */
import * as Exchange from "@kalshi-effect/client/Exchange"
import * as Kalshi from "@kalshi-effect/client/Kalshi"
import * as Portfolio from "@kalshi-effect/client/Portfolio"
import * as SendPolicy from "@kalshi-effect/client/SendPolicy"
import * as Effect from "effect/Effect"
import * as HttpClient from "effect/http/HttpClient"
import * as Layer from "effect/Layer"
import * as Result from "effect/Result"
import type * as Scope from "effect/Scope"
import * as Answers from "../operations/Answers.ts"
import * as ClientOperations from "../operations/ClientOperations.ts"
import { failed } from "../properties/ExchangeAnswers.ts"
import type { Outcome, Run } from "../properties/Property.ts"
import { referenceOf } from "../properties/Subject.ts"
import type { JsonObject } from "../judge/JsonSchema.ts"
import * as Discovery from "./Discovery.ts"
import * as Guard from "./demoWrites/Guard.ts"
import * as Judging from "./Judging.ts"
import * as Redactions from "./Redactions.ts"
import * as Tap from "./Tap.ts"
import { type Remote, Unusable } from "./Target.ts"

/**
 * Returns the input for a write, or undefined if the run must not call it. Fails if an entity that the input needs is
 * missing.
 */
export type Writes = (
  client: ClientOperations.ClientOperation
) => Effect.Effect<JsonObject, Discovery.Missing> | undefined

export interface Options {
  /** The time limit of an attempt. A call with its retries may take three times as long. */
  readonly timeoutMillis: number
  readonly rule: Guard.Rule
  /** Called before each permitted request is sent. */
  readonly before?: (request: Tap.SentRequest) => void
  /** The reason that is reported for a write that the run does not call. */
  readonly writesSkipReason: string
}

export type Provide = <A, E>(
  effect: Effect.Effect<A, E, Kalshi.KalshiPublic | Kalshi.KalshiRead | Kalshi.KalshiWrite>
) => Effect.Effect<A, E>

export interface Writing {
  readonly writes: Writes
  /** Entities to read if the exchange lists none, by parameter name. */
  readonly fallbacks: Discovery.Fallbacks
  readonly recordEntities: (client: ClientOperations.ClientOperation, heard: Judging.Traffic) => void
}

export interface Live {
  readonly provide: Provide
  readonly call: (client: ClientOperations.ClientOperation, input: unknown) => Effect.Effect<Judging.Traffic>
  readonly check: (run: Run, writing?: Writing) => Effect.Effect<Outcome>
}

/** After this many consecutive calls without a response, no more calls are made. */
const maxSilentCalls = 3

const operationNamed = (name: string): ClientOperations.ClientOperation => {
  const found = ClientOperations.all.find((client) => client.name === name)
  if (found === undefined) throw new Error(`the client has no ${name}`)
  return found
}

/** The requests of this operation, without those that the client adds, such as for its limits. */
const ownTraffic = (
  client: ClientOperations.ClientOperation,
  { environment }: Remote,
  exchanged: ReadonlyArray<Tap.Exchanged>
): ReadonlyArray<Tap.Exchanged> =>
  exchanged.filter(({ request }) => {
    const path = Guard.pathIn(environment, request)
    return path !== undefined && Guard.isOf(referenceOf(client), { method: request.method, path })
  })

/**
 * Reads the status, and then makes a request that needs a valid key. Fails if there is no response, if the response is
 * not that of an exchange, or if the exchange rejects the key.
 */
export const connect = (
  remote: Remote,
  options: Options
): Effect.Effect<Live, Unusable, HttpClient.HttpClient | Scope.Scope> =>
  Effect.gen(function* () {
    const { environment, name, signer } = remote
    const { timeoutMillis } = options
    const redacted = Redactions.make({ "key id": signer.keyId })
    const tap = Tap.make(yield* HttpClient.HttpClient)
    const http = Guard.make(tap.http, options.rule, options.before)
    const kalshi = yield* Layer.build(
      Kalshi.layer({
        environment,
        signer,
        policy: { attemptTimeout: timeoutMillis, totalTimeout: 3 * timeoutMillis }
      }).pipe(Layer.provide(Layer.succeed(HttpClient.HttpClient, http)))
    )
    const withoutRetry = Effect.provideService(SendPolicy.Overrides, { retry: SendPolicy.noRetry })
    const preflight = <A, E extends { readonly _tag: string; readonly message: string }>(
      program: Effect.Effect<A, E, Kalshi.KalshiPublic | Kalshi.KalshiRead>
    ) => Effect.result(withoutRetry(Effect.provide(program, kalshi)))

    const status = yield* preflight(Exchange.status())
    const noExchangeErrors = ["TransportError", "RequestTimeout", "ContractError", "UnexpectedStatus"]
    if (Result.isFailure(status) && noExchangeErrors.includes(status.failure._tag)) {
      const reason = `${name} does not respond like the exchange: ${redacted(status.failure.message)}`
      return yield* new Unusable({ reason })
    }
    const balance = yield* preflight(Portfolio.balance({}))
    if (Result.isFailure(balance) && balance.failure._tag === "Unauthorized") {
      return yield* new Unusable({ reason: `${name} rejects the key: ${redacted(balance.failure.message)}` })
    }

    const call = (client: ClientOperations.ClientOperation, input: unknown): Effect.Effect<Judging.Traffic> =>
      Effect.gen(function* () {
        tap.take()
        const result = yield* Effect.result(Effect.provide(client.operation(input), kalshi))
        return { exchanged: ownTraffic(client, remote, tap.take()), result }
      })
    const inputOf = Discovery.make((list, input) =>
      Effect.map(call(operationNamed(list), input), ({ exchanged, result }) => {
        const answer = exchanged.at(-1)?.answer
        return Result.isSuccess(result) && answer !== undefined ? Answers.parse(answer.body) : undefined
      })
    )
    let silentCalls = 0
    const skipped = (reason: string): Outcome => ({ _tag: "Skipped", reason })
    const check = (run: Run, writing?: Writing): Effect.Effect<Outcome> =>
      Effect.gen(function* () {
        const { operation } = run
        if (silentCalls >= maxSilentCalls)
          return skipped(`${name} stopped responding: ${maxSilentCalls} calls in a row had no response`)
        const isRead = operation.descriptor.method === "GET"
        const input = isRead ? inputOf(operation, writing?.fallbacks) : writing?.writes(operation)
        if (input === undefined) return skipped(options.writesSkipReason)
        const found = yield* Effect.result(input)
        if (Result.isFailure(found)) return skipped(found.failure.message)
        const traffic = yield* call(operation, found.success)
        writing?.recordEntities(operation, traffic)
        silentCalls = traffic.exchanged.some(({ answer }) => answer !== undefined) ? 0 : silentCalls + 1
        const finding = Judging.findingOf(operation, traffic, false, redacted)
        return finding === undefined
          ? { _tag: "Passed", runs: 1, reached: Judging.reachedBy([traffic]) }
          : failed(run, 1, finding, name)
      })
    return { call, check, provide: (effect) => Effect.provide(effect, kalshi) }
  })
