/**
 * Runs calls with real signatures, and records everything that they print. The keys are generated here, so every part
 * of them is known.
 *
 * @module
 */
import * as crypto from "node:crypto"
import { inspect } from "node:util"
import * as Environment from "@kalshi-effect/client/Environment"
import * as Kalshi from "@kalshi-effect/client/Kalshi"
import * as ApiKey from "@kalshi-effect/signing/ApiKey"
import * as Signer from "@kalshi-effect/signing/Signer"
import * as Cause from "effect/Cause"
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as HttpClient from "effect/http/HttpClient"
import * as HttpClientResponse from "effect/http/HttpClientResponse"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as Metric from "effect/Metric"
import * as References from "effect/References"
import * as Schedule from "effect/Schedule"
import * as Tracer from "effect/Tracer"
import type { AnyOperation } from "../../operations/ClientOperations.ts"
import { broken } from "./wire.ts"

export interface Key {
  readonly id: string
  readonly kind: Signer.KeyKind
  readonly publicKey: crypto.KeyObject
  readonly signer: Signer.Signer["Service"]
  /** What must not be printed: parts of the private key, and the complete key id. */
  readonly secretParts: ReadonlyArray<string>
}

/** The length of a part of a secret. A string of this length does not occur by chance. */
const partLength = 24

export const partsOf = (secret: string, step: number): ReadonlyArray<string> =>
  Array.from({ length: Math.max(1, Math.floor((secret.length - partLength) / step) + 1) }, (_, index) =>
    secret.slice(index * step, index * step + partLength)
  )

/** The start of a PEM body encodes the algorithm, and is the same for every key of a kind. */
const commonPrefixLength = 40

export const makeKey = async (kind: Signer.KeyKind): Promise<Key> => {
  const { privateKey, publicKey } =
    kind === "rsa" ? crypto.generateKeyPairSync("rsa", { modulusLength: 2048 }) : crypto.generateKeyPairSync("ed25519")
  const pem = privateKey.export({ format: "pem", type: "pkcs8" }).toString()
  const der = privateKey.export({ format: "der", type: "pkcs8" })
  const jwk = privateKey.export({ format: "jwk" })
  const id = crypto.randomUUID()
  const apiKey = await Effect.runPromise(ApiKey.fromPem({ keyId: id, privateKey: pem }))
  const body = pem.replaceAll(/-----[^-]+-----|\s/g, "")
  const step = kind === "rsa" ? partLength : 4
  const secrets = [
    ...partsOf(body.slice(commonPrefixLength), step),
    ...[jwk.d, jwk.p, jwk.q, jwk.dp, jwk.dq, jwk.qi].flatMap((part) => (part === undefined ? [] : partsOf(part, step))),
    ...partsOf(der.toString("hex").slice(2 * commonPrefixLength), step)
  ]
  return { id, kind, publicKey, signer: Signer.fromApiKey(apiKey), secretParts: [...secrets, id] }
}

export type Fate =
  | {
      readonly _tag: "answered"
      readonly status: number
      /** A function simulates a proxy or a firewall that quotes the request's headers. */
      readonly body: string | ((headers: Attempt["headers"]) => string)
    }
  | { readonly _tag: "refused" }
  | { readonly _tag: "reset" }
  | { readonly _tag: "dies" }
  | { readonly _tag: "interrupted" }

export interface Attempt {
  /** The time of arrival. */
  readonly atMillis: number
  readonly method: string
  readonly path: string
  readonly query: string
  readonly headers: Readonly<Record<string, string | undefined>>
}

export interface Recording {
  readonly attempts: ReadonlyArray<Attempt>
  readonly exit: Exit.Exit<unknown, unknown>
  /** The printed form of the outcome, the log, the spans, the metrics and the signer, by name. */
  readonly printed: Readonly<Record<string, string>>
}

export interface Call {
  readonly operation: AnyOperation
  readonly input: unknown
  readonly signer: Signer.Signer["Service"]
  readonly atMillis: number
  readonly fates: ReadonlyArray<Fate>
  /** The layer under test. */
  readonly layer?: typeof Kalshi.layer | undefined
}

/** A sleep ends immediately and advances the time. */
const clockAt = (startMillis: number): Clock.Clock => {
  let now = startMillis
  const nanos = (): bigint => BigInt(Math.round(now)) * 1_000_000n
  return {
    currentTimeMillisUnsafe: () => now,
    currentTimeMillis: Effect.sync(() => now),
    currentTimeNanosUnsafe: nanos,
    currentTimeNanos: Effect.sync(nanos),
    monotonicTimeNanosUnsafe: nanos,
    monotonicTimeNanos: Effect.sync(nanos),
    sleep: (duration) =>
      Effect.suspend(() => {
        now += Duration.toMillis(duration)
        return Effect.yieldNow
      })
  }
}

const inspectFully = (value: unknown): string => inspect(value, { depth: 12, getters: true, maxStringLength: null })

const stringify = (value: unknown): string => {
  try {
    return JSON.stringify(value) ?? ""
  } catch (error) {
    // A defect of another library can be circular. `inspectFully` still prints it.
    return String(error)
  }
}

const outputsOf = (exit: Exit.Exit<unknown, unknown>): string =>
  [
    String(exit),
    stringify(exit),
    inspectFully(exit),
    ...(Exit.isFailure(exit)
      ? [
          Cause.pretty(exit.cause),
          ...Cause.prettyErrors(exit.cause).flatMap((error) => [error.stack ?? "", inspectFully(error)])
        ]
      : [])
  ].join("\n")

/** The attempts meet the fates in sequence. All later attempts meet the last fate. */
const transportOf = (fates: ReadonlyArray<Fate>, clock: Clock.Clock, attempts: Array<Attempt>): HttpClient.HttpClient =>
  HttpClient.make((request, url) => {
    const fate = fates[Math.min(attempts.length, fates.length - 1)]
    const { headers, method } = request
    const { pathname: path, search: query } = url
    attempts.push({ atMillis: clock.currentTimeMillisUnsafe(), method, path, query, headers: { ...headers } })
    switch (fate?._tag) {
      case "refused":
        return Effect.fail(broken(request, "ECONNREFUSED", "connect"))
      case "reset":
        return Effect.fail(broken(request, "ECONNRESET", "read"))
      case "interrupted":
        return Effect.interrupt
      case "answered": {
        const { body, status } = fate
        const text = status === 204 ? null : typeof body === "string" ? body : body(headers)
        return Effect.succeed(
          HttpClientResponse.fromWeb(
            request,
            new Response(text, { status, headers: { "content-type": "application/json" } })
          )
        )
      }
      default:
        return Effect.die(new Error("the HTTP client died"))
    }
  })

const recorders = () => {
  const logs: Array<string> = []
  const spans: Array<Tracer.NativeSpan> = []
  const logger = Logger.make<unknown, void>((entry) => {
    logs.push(
      inspectFully(entry.message),
      Cause.pretty(entry.cause),
      Logger.formatJson.log(entry),
      Logger.formatLogFmt.log(entry)
    )
  })
  const tracer = Tracer.make({
    span: (options) => {
      const span = new Tracer.NativeSpan(options)
      spans.push(span)
      return span
    }
  })
  return { logger, logs, spans, tracer }
}

const spansAsText = (spans: ReadonlyArray<Tracer.NativeSpan>): string =>
  inspectFully(
    spans.map(({ attributes, events, name, status }) => ({
      name,
      attributes: [...attributes],
      events,
      exit: status._tag === "Ended" ? outputsOf(status.exit) : status
    }))
  )

export const play = async ({
  atMillis,
  fates,
  input,
  layer = Kalshi.layer,
  operation,
  signer
}: Call): Promise<Recording> => {
  const clock = clockAt(atMillis)
  const attempts: Array<Attempt> = []
  const http = transportOf(fates, clock, attempts)
  const { logger, logs, spans, tracer } = recorders()
  const registry: Metric.MetricRegistry = new Map()
  const kalshi = layer({
    environment: Environment.sandbox,
    limits: false,
    signer,
    policy: {
      // Each delay advances the clock, so that an outdated timestamp is detectable.
      retry: Schedule.upTo(Schedule.spaced("137 millis"), { times: 3 }),
      attemptTimeout: Duration.infinity,
      totalTimeout: Duration.infinity
    }
  })
  const program = operation(input).pipe(
    Effect.tap((value) => Effect.log("answered", value)),
    Effect.tapCause((cause) => Effect.logError("failed", cause)),
    Effect.withSpan("a call"),
    Effect.provide(Layer.provide(kalshi, Layer.succeed(HttpClient.HttpClient, http))),
    Effect.exit
  )
  const [exit, measured] = await Effect.runPromise(
    Effect.all([program, Metric.snapshot]).pipe(
      Effect.provideService(Clock.Clock, clock),
      Effect.provideService(Tracer.Tracer, tracer),
      Effect.provideService(Metric.MetricRegistry, registry),
      Effect.provideService(References.MinimumLogLevel, "All"),
      Effect.provide(Logger.layer([logger]))
    )
  )
  return {
    attempts,
    exit,
    printed: {
      outcome: outputsOf(exit),
      log: logs.join("\n"),
      span: spansAsText(spans),
      metric: inspectFully(measured),
      signer: [String(signer), stringify(signer), inspectFully(signer)].join("\n")
    }
  }
}
