/** A live exchange, called sequentially: the checks on its responses, and the requests that are never sent. */
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

/** Inputs of writes: undefined for an operation that is not called; fails if no entity exists to act on. */
export type Writes = (
  client: ClientOperations.ClientOperation
) => Effect.Effect<JsonObject, Discovery.Missing> | undefined

/** Options of calls to the exchange. */
export interface Options {
  /** The time limit for one response; a call with its retries may take three times as long. */
  readonly timeoutMillis: number
  /** The rule for outgoing requests. */
  readonly rule: Guard.Rule
  /** Called before each permitted request is sent. */
  readonly before?: (asked: Tap.Asked) => void
  /** Why writes are not called, if they are not. */
  readonly unwritten: string
}

/** Runs an effect with the exchange provided. */
export type Provide = <A, E>(
  effect: Effect.Effect<A, E, Kalshi.KalshiPublic | Kalshi.KalshiRead | Kalshi.KalshiWrite>
) => Effect.Effect<A, E>

/** Operations on the exchange besides reads. */
export interface Writing {
  readonly writes: Writes
  /** Entities to read, by name, for an account that has no others. */
  readonly own: Discovery.Own
  /** Called with the traffic of each operation. */
  readonly learn: (client: ClientOperations.ClientOperation, heard: Judging.Heard) => void
}

/** A live exchange that responds. */
export interface Live {
  readonly provide: Provide
  /** Calls an operation and returns its traffic. */
  readonly call: (client: ClientOperations.ClientOperation, input: unknown) => Effect.Effect<Judging.Heard>
  /** Checks P12 for an operation. */
  readonly hold: (run: Run, writing?: Writing) => Effect.Effect<Outcome>
}

/** Consecutive calls without a response after which no more are made. */
const patience = 3

const named = (name: string): ClientOperations.ClientOperation => {
  const found = ClientOperations.all.find((client) => client.name === name)
  if (found === undefined) throw new Error(`the client has no ${name}`)
  return found
}

/** The first response to the operation itself. The client's own requests, such as for its limits, do not count. */
const own = (
  client: ClientOperations.ClientOperation,
  { environment }: Remote,
  exchanged: ReadonlyArray<Tap.Exchanged>
): ReadonlyArray<Tap.Exchanged> =>
  exchanged.filter(({ asked }) => {
    const path = Guard.pathIn(environment, asked)
    return path !== undefined && Guard.isOf(referenceOf(client), { method: asked.method, path })
  })

/**
 * Connects: reads the exchange's status, then makes a request that needs a valid key.
 *
 * **Details**
 *
 * Fails with a sentence if nothing responds, if the responder is not an exchange, or if the key is refused.
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
    const once = Effect.provideService(SendPolicy.Overrides, { retry: SendPolicy.noRetry })
    const preflight = <A, E extends { readonly _tag: string; readonly message: string }>(
      asked: Effect.Effect<A, E, Kalshi.KalshiPublic | Kalshi.KalshiRead>
    ) => Effect.result(once(Effect.provide(asked, kalshi)))

    const status = yield* preflight(Exchange.status())
    const answersNothing = ["TransportError", "RequestTimeout", "ContractError", "UnexpectedStatus"]
    if (Result.isFailure(status) && answersNothing.includes(status.failure._tag)) {
      const reason = `${name} does not respond like the exchange: ${redacted(status.failure.message)}`
      return yield* new Unusable({ reason })
    }
    const balance = yield* preflight(Portfolio.balance({}))
    if (Result.isFailure(balance) && balance.failure._tag === "Unauthorized") {
      return yield* new Unusable({ reason: `${name} refuses the key: ${redacted(balance.failure.message)}` })
    }

    const call = (client: ClientOperations.ClientOperation, input: unknown): Effect.Effect<Judging.Heard> =>
      Effect.gen(function* () {
        tap.take()
        const result = yield* Effect.result(Effect.provide(client.operation(input), kalshi))
        return { exchanged: own(client, remote, tap.take()), result }
      })
    const inputOf = Discovery.make((list, input) =>
      Effect.map(call(named(list), input), ({ exchanged, result }) => {
        const answer = exchanged.at(-1)?.answer
        return Result.isSuccess(result) && answer !== undefined ? Answers.parse(answer.body) : undefined
      })
    )
    let silent = 0
    const skipped = (reason: string): Outcome => ({ _tag: "Skipped", reason })
    const hold = (run: Run, writing?: Writing): Effect.Effect<Outcome> =>
      Effect.gen(function* () {
        const { operation } = run
        if (silent >= patience) return skipped(`${name} stopped responding: ${patience} calls in a row had no response`)
        const isRead = operation.descriptor.method === "GET"
        const input = isRead ? inputOf(operation, writing?.own) : writing?.writes(operation)
        if (input === undefined) return skipped(options.unwritten)
        const found = yield* Effect.result(input)
        if (Result.isFailure(found)) return skipped(found.failure.message)
        const heard = yield* call(operation, found.success)
        writing?.learn(operation, heard)
        silent = heard.exchanged.some(({ answer }) => answer !== undefined) ? 0 : silent + 1
        const finding = Judging.findingOf(operation, heard, false, redacted)
        return finding === undefined
          ? { _tag: "Passed", runs: 1, reached: Judging.reachedBy([heard]) }
          : failed(run, 1, finding, name)
      })
    return { call, hold, provide: (effect) => Effect.provide(effect, kalshi) }
  })
