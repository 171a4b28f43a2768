/**
 * Runs the suite against a live exchange.
 *
 * @module
 */
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

export interface Session {
  /** The value of `--target`. */
  readonly name: string
  readonly check: (run: Run) => Effect.Effect<Outcome>
  /** Cleans up after the run. A second execution returns the same result. Undefined if the run sends no writes. */
  readonly sweep: Effect.Effect<CleanupResult> | undefined
}

export interface CleanupResult extends Sweep.CleanupResult {
  readonly runId: string
}

export interface Options {
  /** The time limit for one response. */
  readonly timeoutMillis: number
  /** The folder of the journals. Undefined if writes are not allowed. */
  readonly journals: string | undefined
}

/** The exchange to which the key belongs, from `KALSHI_ENV`. */
const keyOwner = Effect.map(
  Effect.catch(Config.option(Config.String("KALSHI_ENV")), () => Effect.succeedNone),
  Option.getOrUndefined
)

type Needs = FileSystem.FileSystem | HttpClient.HttpClient | Scope.Scope

const unusable = (reason: string): Effect.Effect<never, Target.Unusable> => Effect.fail(new Target.Unusable({ reason }))

/** Connects a run that may write. The run is new, or it is an earlier run to clean up. */
const connect = (
  environment: Environment.Environment,
  runId: string,
  { timeoutMillis }: Options,
  open: () => Journal.Journal
) =>
  Effect.gen(function* () {
    const owner = yield* keyOwner
    if (!TradingRule.isDemo(environment)) {
      return yield* unusable(`writes are allowed only on the demo exchange, not on ${environment.name}`)
    }
    if (owner !== "demo")
      return yield* unusable(
        "a run that writes needs KALSHI_ENV=demo, which states that the key belongs to the demo exchange"
      )
    const remote = yield* Target.remote(environment, owner)
    const owned = new Set<string>()
    const clock = yield* Clock.Clock
    const journal = yield* Effect.acquireRelease(
      Effect.try({
        try: open,
        catch: (error) => new Target.Unusable({ reason: `the journal cannot be opened: ${String(error)}` })
      }),
      ({ close }) => Effect.sync(close)
    )
    const live = yield* Live.connect(remote, {
      timeoutMillis,
      rule: TradingRule.trading({ environment, runId, owned, nowMillis: () => clock.currentTimeMillisUnsafe() }),
      before: (request) => {
        if (request.method === "GET") return
        const path = new URL(request.url).pathname
        journal.append({ kind: "sending", method: request.method, path, body: request.body })
      },
      writesSkipReason: "the write cannot be undone, or affects entities of other runs"
    })
    return { journal, live, owned, remote }
  })

const cleanUp = (
  live: Live.Live,
  marks: Sweep.Marks,
  owned: Set<string>,
  journal: Journal.Journal
): Effect.Effect<CleanupResult> =>
  Effect.map(Sweep.sweep(live.provide, marks, owned), (swept) => {
    journal.append({ kind: "swept", left: swept.left })
    return { ...swept, runId: marks.runId }
  })

/** Opens a session with the key of the environment variables. */
export const open = (
  environment: Environment.Environment,
  options: Options
): Effect.Effect<Session, Target.Unusable, Needs> =>
  Effect.gen(function* () {
    const { journals, timeoutMillis } = options
    if (journals === undefined) {
      const remote = yield* Target.remote(environment, yield* keyOwner)
      const live = yield* Live.connect(remote, {
        timeoutMillis,
        rule: Guard.reads(environment),
        writesSkipReason: `the operation is a write, but this run on ${remote.name} sends only reads`
      })
      return { name: remote.name, check: (run) => live.check(run), sweep: undefined }
    }
    const runId = randomBytes(6).toString("hex")
    const { journal, live, owned, remote } = yield* connect(environment, runId, options, () =>
      Journal.open(journals, runId)
    )
    const before = yield* Effect.mapError(
      live.provide(OrderGroups.list({})),
      ({ message }) => new Target.Unusable({ reason: `cannot read the existing order groups: ${message}` })
    )
    const groups = new Set<string>()
    const limit = `9.${randomInt(10, 100)}` as CountInput // The string has two decimals, but its type is `string`.
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
      check: (run) => live.check(run, trading),
      sweep: yield* Effect.cached(cleanUp(live, marks, owned, journal))
    }
  })

/** Cleans up after an earlier run that could not do this itself. */
export const cleanup = (
  environment: Environment.Environment,
  runId: string,
  journals: string,
  options: Options
): Effect.Effect<CleanupResult, Target.Unusable, Needs> =>
  Effect.gen(function* () {
    if (!Journal.isRunId(runId))
      return yield* unusable(
        `--run-id must be a run id, such as the ID in a journal's name ct-ID.jsonl, not ${JSON.stringify(runId)}`
      )
    const read = Journal.read(journals, runId)
    if (read === undefined) return yield* unusable(`${journals} has no journal of the run ${runId}`)
    if (read.run.environment !== environment.restUrl) {
      return yield* unusable(`the run ${runId} was on ${read.run.environment}, not on ${environment.restUrl}`)
    }
    const { journal, live, owned } = yield* connect(environment, runId, options, () => Journal.open(journals, runId))
    for (const id of [...read.orders, ...read.groups]) owned.add(id)
    return yield* cleanUp(live, { ...read.run, groups: new Set(read.groups) }, owned, journal)
  })

/**
 * Checks P12 (the exchange's responses follow the document), one call at a time. `others` checks the other properties.
 */
export const runner = ({ check }: Session, others: Runner | undefined): Runner => {
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
          const startedAt = performance.now()
          const { runs, seed } = job
          const outcome = yield* check({ operation, seed, runs })
          return { result: Cells.resultOf(outcome), millis: performance.now() - startedAt }
        })
      )
    }
  }
}
