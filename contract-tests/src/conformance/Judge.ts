/**
 * The judge begins each scenario on a separate exchange, acts at each step `continue`, and ends the scenario with a
 * verdict.
 *
 * @module
 */
import * as Sandbox from "@kalshi-effect/sandbox/Sandbox"
import * as Context from "effect/Context"
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as Scope from "effect/Scope"
import { generateKeyPairSync } from "node:crypto"
import * as Recorder from "./Recorder.ts"
import {
  type Account,
  type Finding,
  found,
  otherTicker,
  type Plan,
  Report,
  type Scenario,
  type Stage,
  ticker
} from "./Scenario.ts"
import * as Scorecard from "./Scorecard.ts"

export class Refused extends Data.TaggedError("Refused")<{ readonly status: 400 | 404; readonly reason: string }> {
  override get message(): string {
    return this.reason
  }
}

export const NewRun = Schema.Struct({
  client: Schema.Struct({ name: Schema.String, version: Schema.String, language: Schema.String }),
  /** The kind of key for the scenarios that accept both kinds. Default: `ed25519`. */
  key: Schema.optionalKey(Schema.Literals(["rsa", "ed25519"]))
})

/** `continue` and `end` are the paths of requests to the judge. */
export interface Assignment {
  readonly scenario: string
  readonly title: string
  readonly expected: string
  readonly exchange: { readonly root: string; readonly rest: string; readonly feed: string }
  readonly accounts: ReadonlyArray<{ readonly key_id: string; readonly private_key: string; readonly kind: string }>
  readonly timeout_millis: number
  readonly steps: Plan["steps"]
  readonly continue: string
  readonly end: string
}

interface Session {
  readonly scenario: Scenario
  readonly stage: Stage
  readonly plan: Plan
  readonly scope: Scope.Closeable
  /** The number of `continue` requests. */
  acted: number
}

interface Run {
  readonly client: Scorecard.Client
  readonly key: "rsa" | "ed25519"
  readonly sessions: Map<string, Session>
  readonly outcomes: Map<string, Scorecard.Outcome>
}

export interface Options {
  readonly scenarios: ReadonlyArray<Scenario>
  /** The time that a client gets to process the messages of the feed. */
  readonly settleMillis: number
}

export interface Judge {
  readonly scenarios: ReadonlyArray<Scenario>
  readonly start: (run: typeof NewRun.Type) => Effect.Effect<string>
  readonly begin: (runId: string, scenarioId: string) => Effect.Effect<Assignment, Refused>
  readonly proceed: (runId: string, scenarioId: string) => Effect.Effect<void, Refused>
  readonly end: (runId: string, scenarioId: string, report: unknown) => Effect.Effect<Scorecard.Outcome, Refused>
  readonly scorecard: (runId: string) => Effect.Effect<Scorecard.Scorecard, Refused>
}

const unknown = (reason: string) => new Refused({ status: 404, reason })

/** Returns a key pair. All scenarios share the key pairs, because making them is slow. */
type RsaPairs = (index: number) => { readonly privateKey: string; readonly publicKey: string }

const makeRsaPairs = (): RsaPairs => {
  const pairs: Array<ReturnType<RsaPairs>> = []
  return (index) =>
    (pairs[index] ??= generateKeyPairSync("rsa", {
      modulusLength: 2_048,
      privateKeyEncoding: { type: "pkcs1", format: "pem" },
      publicKeyEncoding: { type: "spki", format: "pem" }
    }))
}

const openStage = (scenario: Scenario, key: "rsa" | "ed25519", rsaPairs: RsaPairs, settleMillis: number) =>
  Effect.gen(function* () {
    const { accounts: count = 1, key: kind = key, tier } = scenario
    const names = Array.from({ length: count }, (_, index) => `client ${index}`)
    const built = yield* Layer.build(
      Sandbox.layer({
        markets: [{ ticker }, { ticker: otherTicker }],
        accounts: [...names.map((name) => ({ name, ...(tier && { tier }) })), { name: "maker" }]
      })
    )
    const operator = Context.get(built, Sandbox.Sandbox)
    const accounts =
      kind === "ed25519"
        ? operator.credentials.slice(0, count)
        : yield* Effect.forEach(operator.credentials.slice(0, count), ({ accountId }, index) => {
            const { privateKey, publicKey } = rsaPairs(index)
            return Effect.map(operator.registerKey(accountId, publicKey), (keyId): Account => ({
              accountId,
              keyId,
              kind,
              publicKey,
              privateKey: Redacted.make(privateKey)
            }))
          })
    const recorder = yield* Recorder.make(() => operator.url)
    for (const { keyId, publicKey } of accounts) recorder.keys.set(keyId, publicKey)
    const stage: Stage = { operator, recorder, settleMillis, accounts, maker: operator.credentials[count]! }
    return stage
  })

const pathOf = (path: string): string => path.split("?")[0] ?? path

const signatureFindings = (requests: ReadonlyArray<Recorder.Recorded>): ReadonlyArray<Finding> => {
  const texts = requests.flatMap(({ method, path, signature }) => {
    if (signature === "valid") return []
    if (signature !== "none") return [signature.reason]
    return pathOf(path).includes("/portfolio/") ? [`sends a private ${method} without a signature`] : []
  })
  return [...new Set(texts)].flatMap((text) => found("mis-signed", text))
}

const assignmentOf = (runId: string, { plan, scenario, stage }: Session): Assignment => {
  const { url } = stage.recorder
  const here = `/runs/${runId}/scenarios/${scenario.id}`
  return {
    scenario: scenario.id,
    title: scenario.title,
    expected: scenario.expected,
    exchange: {
      root: url,
      rest: `${url}/trade-api/v2`,
      feed: `${url.replace("http", "ws")}/trade-api/ws/v2`
    },
    accounts: stage.accounts.map(({ keyId, kind, privateKey }) => ({
      key_id: keyId,
      private_key: Redacted.value(privateKey),
      kind
    })),
    timeout_millis: scenario.timeoutMillis ?? 5_000,
    steps: plan.steps,
    continue: `${here}/continue`,
    end: `${here}/end`
  }
}

const judgeReport = (session: Session, report: unknown): Effect.Effect<Scorecard.Outcome, Refused> =>
  Effect.gen(function* () {
    const { plan, stage } = session
    const decoded = Schema.decodeUnknownResult(Report)(report)
    if (Result.isFailure(decoded)) {
      return yield* new Refused({ status: 400, reason: `the report is invalid: ${decoded.failure.message}` })
    }
    const { results } = decoded.success
    const steps = plan.steps.filter((step) => step.do !== "continue")
    if (results.length !== steps.length) {
      return yield* new Refused({
        status: 400,
        reason: `the report must have one result for each step except continue, but has ${results.length} instead of ${steps.length}`
      })
    }
    const unsupported = results.find((result) => "unsupported" in result)
    if (unsupported !== undefined) {
      return { verdict: "unsupported", findings: [], reason: unsupported.unsupported }
    }
    if (session.acted < plan.steps.length - steps.length) {
      return { verdict: "incomplete", findings: [], reason: "the driver skipped a `continue` step" }
    }
    if (stage.recorder.requests.length === 0) {
      return { verdict: "incomplete", findings: [], reason: "the client sent no request" }
    }
    const judged = yield* Effect.orDie(plan.judge(results))
    const findings = [...signatureFindings(stage.recorder.requests), ...judged]
    return { verdict: findings.length === 0 ? "passed" : "faulty", findings }
  })

/** Makes a judge. Closing the scope ends all scenarios. */
export const make = ({ scenarios, settleMillis }: Options): Effect.Effect<Judge, never, Scope.Scope> =>
  Effect.gen(function* () {
    const parent = yield* Effect.scope
    const runs = new Map<string, Run>()
    const rsaPairs = makeRsaPairs()

    const runOf = (runId: string) =>
      Effect.suspend(() => {
        const run = runs.get(runId)
        return run === undefined
          ? Effect.fail(unknown(`no run has the id ${runId}. Start a run with POST /runs`))
          : Effect.succeed(run)
      })
    const sessionOf = (run: Run, scenarioId: string) =>
      Effect.suspend(() => {
        const session = run.sessions.get(scenarioId)
        return session === undefined
          ? Effect.fail(unknown(`the scenario ${scenarioId} is not in progress. POST /runs/RUN/scenarios/ID begins it`))
          : Effect.succeed(session)
      })
    const close = (run: Run, { scenario, scope }: Session) =>
      Effect.andThen(
        Effect.sync(() => run.sessions.delete(scenario.id)),
        Scope.close(scope, Exit.void)
      )

    return {
      scenarios,
      start: ({ client, key = "ed25519" }) =>
        Effect.sync(() => {
          const runId = String(runs.size + 1)
          runs.set(runId, { client, key, sessions: new Map(), outcomes: new Map() })
          return runId
        }),
      begin: (runId, scenarioId) =>
        Effect.gen(function* () {
          const run = yield* runOf(runId)
          const scenario = scenarios.find(({ id }) => id === scenarioId)
          if (scenario === undefined) return yield* unknown(`no scenario has the id ${scenarioId}. See GET /scenarios`)
          const earlier = run.sessions.get(scenarioId)
          if (earlier !== undefined) yield* close(run, earlier)
          const scope = yield* Scope.fork(parent)
          // The options of the exchange and the commands of scenarios are constants, so a failure is a defect.
          const stage = yield* openStage(scenario, run.key, rsaPairs, settleMillis).pipe(
            Scope.provide(scope),
            Effect.orDie
          )
          const plan = yield* scenario.prepare(stage).pipe(Scope.provide(scope), Effect.orDie)
          const session: Session = { scenario, stage, plan, scope, acted: 0 }
          run.sessions.set(scenarioId, session)
          run.outcomes.set(scenarioId, {
            verdict: "incomplete",
            findings: [],
            reason: "the driver did not end the scenario"
          })
          return assignmentOf(runId, session)
        }),
      proceed: (runId, scenarioId) =>
        Effect.gen(function* () {
          const session = yield* sessionOf(yield* runOf(runId), scenarioId)
          const act = session.plan.acts?.[session.acted]
          if (act === undefined) {
            return yield* new Refused({ status: 400, reason: "the scenario has no further `continue` step" })
          }
          session.acted++
          yield* Effect.orDie(act)
        }),
      end: (runId, scenarioId, report) =>
        Effect.gen(function* () {
          const run = yield* runOf(runId)
          const session = yield* sessionOf(run, scenarioId)
          const outcome = yield* judgeReport(session, report)
          run.outcomes.set(scenarioId, outcome)
          yield* close(run, session)
          return outcome
        }),
      scorecard: (runId) =>
        Effect.map(runOf(runId), ({ client, outcomes }) => Scorecard.make(client, scenarios, outcomes))
    }
  })
