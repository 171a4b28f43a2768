/**
 * Runs a scenario: a complete client on virtual time with a scripted transport. Records a log.
 *
 * @module
 */
import * as crypto from "node:crypto"
import * as Environment from "@kalshi-effect/client/Environment"
import * as Kalshi from "@kalshi-effect/client/Kalshi"
import * as SendPolicy from "@kalshi-effect/client/SendPolicy"
import type { Signer } from "@kalshi-effect/signing/Signer"
import { SigningError } from "@kalshi-effect/signing/SigningError"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import type * as Fiber from "effect/Fiber"
import * as HttpClient from "effect/http/HttpClient"
import * as HttpClientError from "effect/http/HttpClientError"
import type * as HttpClientRequest from "effect/http/HttpClientRequest"
import * as HttpClientResponse from "effect/http/HttpClientResponse"
import * as Layer from "effect/Layer"
import * as Random from "effect/Random"
import * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import type { ClientOperation } from "../../operations/ClientOperations.ts"
import type * as ReferenceDocument from "../../reference/ReferenceDocument.ts"
import type { JsonObject } from "../../judge/JsonSchema.ts"
import * as VirtualTime from "../../runner/VirtualTime.ts"
import { scheduleOf, success, type Fate, type RetryAfter, type Scenario, type Step } from "./scenario.ts"
import { isSigned } from "../../operations/Signing.ts"

export interface Target {
  readonly client: ClientOperation
  readonly reference: ReferenceDocument.Operation
  readonly inputs: ReadonlyArray<JsonObject>
  /** The body of a valid successful response. */
  readonly body: string
}

/** Undefined while the signing or the request is pending. */
export type Ended = "done" | "failed" | "interrupted" | undefined

export interface Signed {
  readonly atMillis: number
  readonly text: string
  /** Every requested signature is different, even for the same text. */
  readonly signature: string
  ended: Ended
  endMillis: number
}

export interface Sent {
  readonly atMillis: number
  readonly method: string
  readonly target: string
  readonly headers: Readonly<Record<string, string | undefined>>
  readonly body: string | undefined
  readonly fate: Fate
  /** The delay that `Retry-After` demands, from the arrival of the response. 0 if the response demands no delay. */
  retryAfterMillis: number
  ended: Ended
  endMillis: number
}

/**
 * `signed` is undefined if the operation is not signed. `sent` is undefined if the attempt ended before the request was
 * sent.
 */
export interface Attempt {
  readonly step: Step
  signed: Signed | undefined
  sent: Sent | undefined
}

export interface ObservedCall {
  readonly startMillis: number
  readonly attempts: Array<Attempt>
  exit: Exit.Exit<unknown, unknown> | undefined
  endMillis: number
  /** Undefined if the call was not interrupted. */
  interruptedAt: number | undefined
}

export interface Log {
  readonly calls: ReadonlyArray<ObservedCall>
  /** The times at which the client itself sent signed requests to read its limits. */
  readonly learning: ReadonlyArray<number>
  /** The number of active timers after the last call ended. For rate-limited calls, they are counted one hour later. */
  readonly timersLeft: number
  /** The number of requests that were sent after the last call ended. */
  readonly sentAfterwards: number
}

const startMillis = Date.UTC(2026, 9, 9, 12)

/** The index of the running call. */
const Running: Context.Reference<number | undefined> = Context.Reference<number | undefined>(
  "@kalshi-effect/contract-tests/properties/Running",
  { defaultValue: () => undefined }
)

/** The endpoints that provide the client's limits. */
const limitPaths = new Set(["/trade-api/v2/account/endpoint_costs", "/trade-api/v2/account/limits"])

/**
 * Whether the client itself uses an operation to read its limits. Such a request of the client looks like a request of
 * a call.
 */
export const isLearning = ({ method, path }: ReferenceDocument.Operation): boolean =>
  method === "GET" && limitPaths.has(`/trade-api/v2${path}`)

const defaultStep: Step = {
  sign: { _tag: "after", millis: 0 },
  fate: { _tag: "answered", status: success, afterMillis: 0, body: "whole", stated: true }
}

const headerOf = (retryAfter: RetryAfter, nowMillis: number): string =>
  retryAfter._tag === "seconds"
    ? String(retryAfter.seconds)
    : retryAfter._tag === "date"
      ? new Date(nowMillis + retryAfter.inMillis).toUTCString()
      : retryAfter.text

/** The demanded delay in milliseconds. A date in `Retry-After` has only whole seconds. */
const delayMillisOf = (retryAfter: RetryAfter, nowMillis: number): number =>
  retryAfter._tag === "seconds"
    ? retryAfter.seconds * 1000
    : retryAfter._tag === "date"
      ? Math.max(0, Math.floor((nowMillis + retryAfter.inMillis) / 1000) * 1000 - nowMillis)
      : 0

const recordEnd = <A, E>(
  of: Signed | Sent,
  time: VirtualTime.VirtualTime,
  effect: Effect.Effect<A, E>,
  last: boolean
) =>
  Effect.onExit(effect, (exit) =>
    Effect.sync(() => {
      if (Exit.isSuccess(exit) && !last) return
      of.ended = Exit.isSuccess(exit) ? "done" : Exit.hasInterrupts(exit) ? "interrupted" : "failed"
      of.endMillis = time.nowMillis()
    })
  )

/** The error that Node creates for a broken connection. */
export const broken = (request: HttpClientRequest.HttpClientRequest, code: string, syscall: string) =>
  new HttpClientError.HttpClientError({
    reason: new HttpClientError.TransportError({
      request,
      cause: Object.assign(new Error(`${syscall} ${code}`), { code, syscall })
    })
  })

const json = (value: unknown): Uint8Array<ArrayBuffer> => new TextEncoder().encode(JSON.stringify(value))

/** Makes a response whose body the client reads synchronously. */
const respond = (
  request: HttpClientRequest.HttpClientRequest,
  fate: Extract<Fate, { _tag: "answered" }>,
  target: Target,
  sent: Sent,
  time: VirtualTime.VirtualTime
): HttpClientResponse.HttpClientResponse => {
  const status = fate.status === success ? target.reference.success.status : fate.status
  const completeBody: Uint8Array<ArrayBuffer> =
    fate.body === "broken"
      ? json({ error: { code: "broken", message: "no body of this operation" } })
      : fate.status === success
        ? new TextEncoder().encode(target.body)
        : json({ error: { code: fate.code ?? "some_code", message: "why" } })
  const headers = new Headers({ "content-type": "application/json" })
  if (fate.stated) headers.set("content-length", String(completeBody.length))
  if (fate.retryAfter !== undefined) headers.set("retry-after", headerOf(fate.retryAfter, time.nowMillis()))
  const bytes =
    fate.body === "cut"
      ? Effect.fail(broken(request, "ECONNRESET", "read"))
      : fate.body === "stalled"
        ? Effect.never
        : Effect.succeed(completeBody)
  const read = recordEnd(sent, time, bytes, true)
  return Object.defineProperties(HttpClientResponse.fromWeb(request, new Response(null, { status, headers })), {
    arrayBuffer: { value: Effect.map(read, ({ buffer }) => buffer) },
    stream: { value: Stream.fromEffect(read) }
  })
}

/** The budgets of the lowest tier. The checks compare the spent tokens with these budgets. */
const budgets = {
  grants: [],
  usage_tier: "basic",
  read: { refill_rate: 200, bucket_capacity: 200 },
  write: { refill_rate: 100, bucket_capacity: 100 }
}

/** Responds to the client's own requests for its limits. Sends no list of costs, so the documented costs apply. */
const respondToClient = (
  request: HttpClientRequest.HttpClientRequest,
  path: string
): HttpClientResponse.HttpClientResponse => {
  const body = json(budgets)
  const init = path.endsWith("/limits")
    ? { status: 200, headers: { "content-length": String(body.length) } }
    : { status: 404, headers: { "content-length": "0" } }
  const response = HttpClientResponse.fromWeb(request, new Response(null, init))
  return Object.defineProperty(response, "arrayBuffer", {
    value: Effect.succeed(init.status === 200 ? body.buffer : new ArrayBuffer(0))
  })
}

const layerOf = (scenario: Scenario, signer: Signer["Service"]) =>
  Kalshi.layer({
    environment: Environment.sandbox,
    limits: scenario.metered ? {} : false,
    signer
  })

interface RunState {
  readonly target: Target
  readonly scenario: Scenario
  readonly time: VirtualTime.VirtualTime
  readonly calls: ReadonlyArray<ObservedCall>
  readonly learning: Array<number>
  signatures: number
  sends: number
}

const begin = ({ calls, scenario }: RunState, call: number): Attempt => {
  const { attempts } = calls[call]!
  const attempt = {
    step: scenario.calls[call]!.steps[attempts.length] ?? defaultStep,
    signed: undefined,
    sent: undefined
  }
  attempts.push(attempt)
  return attempt
}

/** Two signatures of the same text differ, as with RSA-PSS. */
const sign = (playing: RunState, call: number, text: string): Effect.Effect<string, SigningError> => {
  const { time } = playing
  const attempt = begin(playing, call)
  const { sign } = attempt.step
  const signature = crypto
    .createHash("sha512")
    .update(`${text} ${playing.signatures++}`)
    .digest("base64")
  const signed: Signed = { atMillis: time.nowMillis(), text, signature, ended: undefined, endMillis: Number.NaN }
  attempt.signed = signed
  const outcome =
    sign._tag === "hangs"
      ? Effect.never
      : sign._tag === "fails"
        ? Effect.fail(new SigningError({ description: "declined" }))
        : sign.millis === 0
          ? Effect.succeed(signature)
          : Effect.as(Effect.sleep(sign.millis), signature)
  return recordEnd(signed, time, outcome, true)
}

const signerOf = (playing: RunState): Signer["Service"] => ({
  keyId: "contract",
  kind: "ed25519",
  sign: (text) =>
    Effect.flatMap(Running, (call) =>
      call === undefined || (playing.scenario.metered && [...limitPaths].some((path) => text.endsWith(path)))
        ? Effect.succeed(crypto.createHash("sha512").update(text).digest("base64"))
        : sign(playing, call, text)
    )
})

const playFate = (
  { target, time }: RunState,
  request: HttpClientRequest.HttpClientRequest,
  sent: Sent
): Effect.Effect<HttpClientResponse.HttpClientResponse, HttpClientError.HttpClientError> => {
  const { fate } = sent
  if (fate._tag === "stalled") return Effect.never
  const outcome = Effect.suspend(() => {
    if (fate._tag === "refused") {
      return Effect.fail(broken(request, fate.code, fate.code === "ENOTFOUND" ? "getaddrinfo" : "connect"))
    }
    if (fate._tag === "reset") return Effect.fail(broken(request, fate.code, "read"))
    if (fate.retryAfter !== undefined) sent.retryAfterMillis = delayMillisOf(fate.retryAfter, time.nowMillis())
    return Effect.succeed(respond(request, fate, target, sent, time))
  })
  return fate.afterMillis === 0 ? outcome : Effect.andThen(Effect.sleep(fate.afterMillis), outcome)
}

const transportOf = (playing: RunState): HttpClient.HttpClient => {
  const { calls, learning, scenario, target, time } = playing
  const isSignedOperation = isSigned(target.reference)
  return HttpClient.make((request, url) =>
    Effect.flatMap(Running, (call) => {
      if (call === undefined || (scenario.metered && limitPaths.has(url.pathname))) {
        // One of the two endpoints is public and costs no tokens.
        if (request.headers["kalshi-access-signature"] !== undefined) learning.push(time.nowMillis())
        return Effect.succeed(respondToClient(request, url.pathname))
      }
      playing.sends++
      const { attempts } = calls[call]!
      const last = attempts.at(-1)
      const attempt = isSignedOperation && last !== undefined && last.sent === undefined ? last : begin(playing, call)
      const sent: Sent = {
        atMillis: time.nowMillis(),
        method: request.method,
        target: url.pathname + url.search,
        headers: { ...request.headers },
        body: request.body._tag === "Uint8Array" ? new TextDecoder().decode(request.body.body) : undefined,
        fate: attempt.step.fate,
        retryAfterMillis: 0,
        ended: undefined,
        endMillis: Number.NaN
      }
      attempt.sent = sent
      return recordEnd(sent, time, playFate(playing, request, sent), false)
    })
  )
}

/** The starts and interruptions of the calls, in order of time. */
const eventsOf = (
  { calls, scenario, time }: RunState,
  program: (call: number) => Effect.Effect<unknown, unknown>
): ReadonlyArray<{ readonly atMillis: number; readonly act: () => void }> => {
  const fibers: Array<Fiber.Fiber<unknown, unknown>> = []
  return scenario.calls
    .flatMap(({ interruptedAfter, startMillis: after }, i) => [
      {
        atMillis: startMillis + after,
        act: () => {
          const fiber = time.fork(program(i))
          fibers[i] = fiber
          fiber.addObserver((exit) => {
            calls[i]!.exit = exit
            calls[i]!.endMillis = time.nowMillis()
          })
        }
      },
      ...(interruptedAfter === undefined
        ? []
        : [
            {
              atMillis: startMillis + after + interruptedAfter,
              act: () => {
                if (calls[i]!.exit !== undefined) return
                calls[i]!.interruptedAt = time.nowMillis()
                fibers[i]!.interruptUnsafe()
                time.advanceTo(time.nowMillis())
              }
            }
          ])
    ])
    .sort((a, b) => a.atMillis - b.atMillis)
}

/** Runs the scenario until all calls end, and then for another hour. */
export const play = (target: Target, scenario: Scenario): Log => {
  const { client } = target
  const input = target.inputs[scenario.variant % target.inputs.length]
  const time = VirtualTime.make(startMillis)
  const calls: ReadonlyArray<ObservedCall> = scenario.calls.map((call) => ({
    startMillis: startMillis + call.startMillis,
    attempts: [],
    exit: undefined,
    endMillis: Number.NaN,
    interruptedAt: undefined
  }))
  const learning: Array<number> = []
  const playing: RunState = { target, scenario, time, calls, learning, signatures: 0, sends: 0 }

  const scope = Scope.makeUnsafe()
  const context = Effect.runSync(
    Layer.buildWithScope(
      Layer.provide(layerOf(scenario, signerOf(playing)), Layer.succeed(HttpClient.HttpClient, transportOf(playing))),
      scope
    )
  )
  const program = (call: number): Effect.Effect<unknown, unknown> =>
    client.operation(input).pipe(
      Effect.provideService(Running, call),
      Effect.provideService(SendPolicy.Overrides, {
        retry: scheduleOf(scenario.pace),
        attemptTimeout: scenario.attemptMillis,
        totalTimeout: scenario.totalMillis
      }),
      Random.withSeed(scenario.jitter),
      Effect.provideContext(context)
    )

  for (const { act, atMillis } of eventsOf(playing, program)) {
    time.advanceTo(atMillis)
    act()
  }
  for (let next = time.nextMillis(); next !== undefined; next = time.nextMillis()) {
    if (calls.every(({ exit }) => exit !== undefined)) break
    time.advanceTo(next)
  }
  const timersAfterCalls = time.timers()
  const sendsBefore = playing.sends
  time.advanceTo(time.nowMillis() + 3_600_000)
  const timersLeft = scenario.metered ? time.timers() : timersAfterCalls
  const log: Log = { calls, learning, timersLeft, sentAfterwards: playing.sends - sendsBefore }
  Effect.runSync(Scope.close(scope, Exit.void))
  return log
}
