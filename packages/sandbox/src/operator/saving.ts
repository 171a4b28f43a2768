/**
 * An exchange whose state survives a restart.
 *
 * @module
 */
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { existsSync, realpathSync } from "node:fs"
import { resolve } from "node:path"
import { defaults } from "../Assumptions.ts"
import { nodeDisk } from "../persistence/disk.ts"
import { decisive, format, type InitialAccount, packageVersion } from "../persistence/format.ts"
import { Journal, type JournalOptions, type Limits } from "../persistence/journal.ts"
import { readKeys, writeKeys } from "../persistence/keyFile.ts"
import { lock } from "../persistence/lock.ts"
import { readStateFile, type Stored, Unusable } from "../persistence/reading.ts"
import { SandboxError } from "../SandboxError.ts"
import { exchangeOptions, kindOf, type Running, type Saved } from "./operator.ts"
import type { Operator, StateOptions, TestOptions } from "./operatorSide.ts"

export interface StateFile {
  /** The saved exchange. Undefined if the file is new. */
  readonly saved: Saved | undefined
  /** Starts the journal of the running exchange. Succeeds when the state is on the disk. */
  readonly begin: (running: Running) => Effect.Effect<Journal, SandboxError, Scope.Scope>
}

/** Opens the state file. The file stays locked until the scope closes. `report` receives lines for the operator. */
export const openStateFile = (
  { compactAfterCommands, file }: StateOptions,
  options: TestOptions,
  report: (line: string) => void
): Effect.Effect<StateFile, SandboxError, Scope.Scope> =>
  Effect.gen(function* () {
    const path = yield* trying(file, () => (existsSync(file) ? realpathSync(file) : resolve(file)))
    const unlock = yield* Effect.acquireRelease(
      trying(path, () => lock(path)),
      (unlock) => Effect.sync(() => (typeof unlock === "function" ? unlock() : undefined))
    )
    if (typeof unlock === "string") {
      return yield* new SandboxError({ reason: unlock })
    }
    const stored = yield* trying(path, () => readStateFile(nodeDisk, path, exchangeOptions(options)))
    const saved = stored === undefined ? undefined : yield* trying(path, () => savedOf(stored, options, path))
    stored?.reports.forEach((line) => report(`kalshi-sandbox: ${line}`))
    return { saved, begin: (running) => begin(running, stored, path, options, limitsOf(compactAfterCommands), report) }
  })

const defaultLimits: Limits = { commands: 100_000, bytes: 64 * 1024 * 1024, share: 1 }

const limitsOf = (commands: number | undefined): Limits =>
  commands === undefined ? defaultLimits : { ...defaultLimits, commands, share: 0 }

const begin = (
  running: Running,
  stored: Stored | undefined,
  path: string,
  options: TestOptions,
  limits: Limits,
  report: (line: string) => void
): Effect.Effect<Journal, SandboxError, Scope.Scope> => {
  const { assumptions, seed } = exchangeOptions(options)
  const origin = {
    format,
    version: packageVersion(),
    seed,
    assumptions: decisive({ ...defaults, ...assumptions }),
    accounts: stored?.head.accounts ?? initialAccounts(running, options)
  }
  const journalOptions: JournalOptions = { disk: nodeDisk, path, origin, limits, base: running.base, report }
  const start = async (): Promise<Journal> => {
    if (stored !== undefined) {
      return Journal.resume(journalOptions, stored.size)
    }
    if (running.credentials.length > 0) {
      await writeKeys(nodeDisk, path, running.credentials)
    }
    return Journal.create(journalOptions)
  }
  return Effect.acquireRelease(
    Effect.tryPromise({ try: start, catch: (cause) => failureOf(path, cause) }).pipe(
      Effect.tap((journal) => Effect.sync(() => running.recordTo(journal)))
    ),
    (journal) => Effect.promise(() => journal.close())
  )
}

const initialAccounts = ({ credentials }: Running, { accounts = [] }: TestOptions): ReadonlyArray<InitialAccount> =>
  credentials.map(({ accountId, keyId, kind, publicKey }, index) => ({
    name: accounts[index]?.name,
    kind,
    accountId,
    keyId,
    publicKey
  }))

/**
 * Returns the saved exchange. The initial accounts of the options must be the accounts with which the state file was
 * created.
 */
const savedOf = ({ clock, exchange, head }: Stored, { accounts = [] }: TestOptions, path: string): Saved => {
  const listed = (list: ReadonlyArray<{ readonly name?: string | undefined; readonly kind: string }>): string =>
    list.map(({ kind, name = "without a name" }) => `${name} (${kind})`).join(", ") || "none"
  const [before, now] = [
    listed(head.accounts),
    listed(accounts.map((account) => ({ ...account, kind: kindOf(account) })))
  ]
  if (before !== now) {
    throw new Unusable(
      `the state file ${path} has the initial accounts ${before}, not ${now}. Start with the accounts and key kinds of the file, or name another file`
    )
  }
  const pairs = readKeys(nodeDisk, path, head.accounts)
  return {
    exchange,
    clock,
    accounts: pairs.map((pair, index) => {
      const { accountId, keyId } = head.accounts[index]!
      return { accountId, keyId, pair }
    })
  }
}

const trying = <A>(path: string, run: () => A): Effect.Effect<A, SandboxError> =>
  Effect.try({ try: run, catch: (cause) => failureOf(path, cause) })

const failureOf = (path: string, cause: unknown): SandboxError =>
  new SandboxError({
    reason: cause instanceof Unusable ? cause.message : `cannot use the state file ${path}: ${String(cause)}`
  })

/** Changes of the saved state succeed only when they are on the disk. Planted faults are not saved. */
export const saving = (operator: Operator, { saved }: Journal): Operator => {
  const wait = <A>(change: Effect.Effect<A, SandboxError>): Effect.Effect<A, SandboxError> => Effect.tap(change, saved)
  const { accounts, clearFaults, credentials, dump, environment, page, plant, plantedFaults } = operator
  const { portfolio, requests, snapshot, url, view } = operator
  // `operator` is not spread, so the compiler reports a new operation that is not listed here.
  return {
    environment,
    url,
    page,
    credentials,
    accounts,
    plant,
    plantedFaults,
    clearFaults,
    portfolio,
    requests,
    view,
    dump,
    snapshot,
    createAccount: (account) => wait(operator.createAccount(account)),
    createKey: (accountId, kind, key) => wait(operator.createKey(accountId, kind, key)),
    registerKey: (accountId, publicKey, key) => wait(operator.registerKey(accountId, publicKey, key)),
    setTier: (accountId, tier) => wait(operator.setTier(accountId, tier)),
    createSubaccount: (accountId) => wait(operator.createSubaccount(accountId)),
    deposit: (accountId, dollars, till) => wait(operator.deposit(accountId, dollars, till)),
    withdraw: (accountId, dollars, till) => wait(operator.withdraw(accountId, dollars, till)),
    createSeries: (series) => wait(operator.createSeries(series)),
    createEvent: (event) => wait(operator.createEvent(event)),
    placeOrder: (accountId, order) => wait(operator.placeOrder(accountId, order)),
    cancelOrder: (accountId, orderId) => wait(operator.cancelOrder(accountId, orderId)),
    enableFcm: (accountId, options) => wait(operator.enableFcm(accountId, options)),
    createCollection: (collection) => wait(operator.createCollection(collection)),
    createStructuredTarget: (target) => wait(operator.createStructuredTarget(target)),
    createMilestone: (milestone) => wait(operator.createMilestone(milestone)),
    createIncentiveProgram: (program) => wait(operator.createIncentiveProgram(program)),
    markProgramPaidOut: (programId) => wait(operator.markProgramPaidOut(programId)),
    createMarket: (market) => wait(operator.createMarket(market)),
    changeSeriesFee: (seriesTicker, fee, atMillis) => wait(operator.changeSeriesFee(seriesTicker, fee, atMillis)),
    changeEventFee: (eventTicker, override, atMillis) => wait(operator.changeEventFee(eventTicker, override, atMillis)),
    pauseMarket: (ticker) => wait(operator.pauseMarket(ticker)),
    reactivateMarket: (ticker) => wait(operator.reactivateMarket(ticker)),
    closeMarket: (ticker, closeMillis) => wait(operator.closeMarket(ticker, closeMillis)),
    determineMarket: (ticker, outcome) => wait(operator.determineMarket(ticker, outcome)),
    disputeMarket: (ticker) => wait(operator.disputeMarket(ticker)),
    settleMarket: (ticker) => wait(operator.settleMarket(ticker)),
    setActive: (active) => wait(operator.setActive(active)),
    moveClock: (millis) => wait(operator.moveClock(millis)),
    feed: { ...operator.feed, maintenance: wait(operator.feed.maintenance) },
    restore: (snapshot) => wait(operator.restore(snapshot)),
    reset: wait(operator.reset)
  }
}
