/** A run against a live exchange. */
import type * as Environment from "@kalshi-effect/client/Environment"
import type { CountInput } from "@kalshi-effect/client/FixedPoint"
import * as OrderGroups from "@kalshi-effect/client/OrderGroups"
import * as Clock from "effect/Clock"
import * as Config from "effect/Config"
import * as Effect from "effect/Effect"
import type * as FileSystem from "effect/FileSystem"
import type * as HttpClient from "effect/http/HttpClient"
import * as Option from "effect/Option"
import type * as Scope from "effect/Scope"
import * as Semaphore from "effect/Semaphore"
import { randomBytes, randomInt } from "node:crypto"
import * as ClientOperations from "../operations/ClientOperations.ts"
import type { Outcome, Run } from "../properties/Property.ts"
import * as Cells from "../runner/Cells.ts"
import type { Runner } from "../runner/Suite.ts"
import * as Guard from "./demoWrites/Guard.ts"
import * as Journal from "./demoWrites/Journal.ts"
import * as Live from "./Live.ts"
import * as Sweep from "./demoWrites/Sweep.ts"
import * as Target from "./Target.ts"
import * as Trading from "./demoWrites/Trading.ts"
import * as TradingRule from "./demoWrites/TradingRule.ts"

/** An exchange to check P12 against. */
export interface Session {
  /** The value of `--target`. */
  readonly name: string
  readonly hold: (run: Run) => Effect.Effect<Outcome>
  /** Cleans up after the run, once; undefined if the run writes nothing. */
  readonly sweep: Effect.Effect<Swept> | undefined
}

/** The result of a cleanup. */
export interface Swept extends Sweep.Swept {
  readonly runId: string
}

/** Options of a session. */
export interface Options {
  /** The time limit for one response. */
  readonly timeoutMillis: number
  /** The folder of the journals of runs that may write; undefined if writes are not allowed. */
  readonly journals: string | undefined
}

const keyOf = Effect.map(
  Effect.catch(Config.option(Config.String("KALSHI_ENV")), () => Effect.succeedNone),
  Option.getOrUndefined
)

type Needs = FileSystem.FileSystem | HttpClient.HttpClient | Scope.Scope

const unusable = (reason: string): Effect.Effect<never, Target.Unusable> => Effect.fail(new Target.Unusable({ reason }))

/** Connects to the demo exchange as a new or existing run that may write. */
const connect = (
  environment: Environment.Environment,
  runId: string,
  { timeoutMillis }: Options,
  open: () => Journal.Journal
) =>
  Effect.gen(function* () {
    const owner = yield* keyOf
    if (!TradingRule.isDemo(environment)) {
      return yield* unusable(`--allow-writes works only on the demo exchange: ${environment.name} is only read`)
    }
    if (owner !== "demo")
      return yield* unusable(
        "--allow-writes needs KALSHI_ENV=demo, which states that the key belongs to the demo exchange"
      )
    const remote = yield* Target.remote(environment, owner)
    const owned = new Set<string>()
    const clock = yield* Clock.Clock
    const journal = yield* Effect.acquireRelease(
      Effect.try({
        try: open,
        catch: (error) => new Target.Unusable({ reason: `no journal can be kept: ${String(error)}` })
      }),
      ({ close }) => Effect.sync(close)
    )
    const live = yield* Live.connect(remote, {
      timeoutMillis,
      rule: TradingRule.trading({ environment, runId, owned, nowMillis: () => clock.currentTimeMillisUnsafe() }),
      before: (asked) => {
        if (asked.method === "GET") return
        const path = new URL(asked.url).pathname
        journal.append({ kind: "sending", method: asked.method, path, body: asked.body })
      },
      unwritten: "it writes what cannot be taken back, or what is not this run's own"
    })
    return { journal, live, owned, remote }
  })

/** Cleans up, and records the result. */
const sweeping = (
  live: Live.Live,
  marks: Sweep.Marks,
  owned: Set<string>,
  journal: Journal.Journal
): Effect.Effect<Swept> =>
  Effect.map(Sweep.sweep(live.provide, marks, owned), (swept) => {
    journal.append({ kind: "swept", left: swept.left })
    return { ...swept, runId: marks.runId }
  })

/** Connects to an exchange with the key of the environment variables. */
export const open = (
  environment: Environment.Environment,
  options: Options
): Effect.Effect<Session, Target.Unusable, Needs> =>
  Effect.gen(function* () {
    const { journals, timeoutMillis } = options
    if (journals === undefined) {
      const remote = yield* Target.remote(environment, yield* keyOf)
      const live = yield* Live.connect(remote, {
        timeoutMillis,
        rule: Guard.reads(environment),
        unwritten: `it writes, and ${remote.name} is only read`
      })
      return { name: remote.name, hold: (run) => live.hold(run), sweep: undefined }
    }
    const runId = randomBytes(6).toString("hex")
    const { journal, live, owned, remote } = yield* connect(environment, runId, options, () =>
      Journal.open(journals, runId)
    )
    const before = yield* Effect.mapError(
      live.provide(OrderGroups.list({})),
      ({ message }) => new Target.Unusable({ reason: `the order groups that are there are not known: ${message}` })
    )
    const groups = new Set<string>()
    const limit = `9.${randomInt(10, 100)}` as CountInput // two decimals, which the type cannot express
    const marks: Sweep.Marks = {
      runId,
      limit,
      groupsBefore: (before.order_groups ?? []).map(({ id }) => id),
      groups
    }
    const { groupsBefore } = marks
    journal.append({ kind: "run", runId, environment: environment.restUrl, limit, groupsBefore })
    const trading = Trading.make(live.provide, { limit, runId }, (kind, id) => {
      owned.add(id)
      if (kind === "group") groups.add(id)
      journal.append({ kind, id })
    })
    return {
      name: remote.name,
      hold: (run) => live.hold(run, trading),
      sweep: yield* Effect.cached(sweeping(live, marks, owned, journal))
    }
  })

/** Cleans up after a run that could not do so itself. */
export const cleanup = (
  environment: Environment.Environment,
  runId: string,
  journals: string,
  options: Options
): Effect.Effect<Swept, Target.Unusable, Needs> =>
  Effect.gen(function* () {
    if (!Journal.isRunId(runId))
      return yield* unusable(`--run-id takes what a run printed, not ${JSON.stringify(runId)}`)
    const read = Journal.read(journals, runId)
    if (read === undefined) return yield* unusable(`no journal of a run ${runId} in ${journals}`)
    if (read.run.environment !== environment.restUrl) {
      return yield* unusable(`the run ${runId} was on ${read.run.environment}, not on ${environment.restUrl}`)
    }
    const { journal, live, owned } = yield* connect(environment, runId, options, () => Journal.open(journals, runId))
    for (const id of [...read.orders, ...read.groups]) owned.add(id)
    return yield* sweeping(live, { ...read.run, groups: new Set(read.groups) }, owned, journal)
  })

/** Checks P12 against an exchange, one call at a time; other runners handle the rest. */
export const runner = ({ hold }: Session, others: Runner | undefined): Runner => {
  const turn = Semaphore.makeUnsafe(1)
  return {
    width: others === undefined ? 1 : others.width + 1,
    run: (job) => {
      const operation = ClientOperations.all.find(({ name }) => name === job.target)
      if (job.property !== "P12" || operation === undefined) {
        return others === undefined ? Cells.run(job) : others.run(job)
      }
      return Semaphore.withPermits(
        turn,
        1
      )(
        Effect.gen(function* () {
          const begun = performance.now()
          const { runs, seed } = job
          const outcome = yield* hold({ operation, seed, runs })
          return { result: Cells.resultOf(outcome), millis: performance.now() - begun }
        })
      )
    }
  }
}
