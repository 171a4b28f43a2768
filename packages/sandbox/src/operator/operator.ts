/**
 * A running exchange: its request handler and its operator interface.
 *
 * @module
 */
import type * as Environment from "@kalshi-effect/client/Environment"
import * as Signer from "@kalshi-effect/signing/Signer"
import * as Effect from "effect/Effect"
import * as Predicate from "effect/Predicate"
import * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"
import { attachCrowd, checkCrowd, type CrowdOptions } from "../crowd/Crowd.ts"
import type { Command, CommandType, CreateOrder, KeyOptions } from "../exchange/Commands.ts"
import type { Refusal } from "../exchange/Entities.ts"
import { Exchange, type Options as ExchangeOptions } from "../exchange/Exchange.ts"
import { createWorld } from "../exchange/reference/world.ts"
import { maxJsonDepth } from "../exchange/plainJson.ts"
import { parseCount, parsePrice } from "../exchange/decimal.ts"
import { invalidParameters } from "../exchange/refusals.ts"
import { latestMillis } from "../exchange/times.ts"
import { type KeyPair, makeKeyPair, readPublicKey } from "../exchange/accounts/keys.ts"
import type { Base, ClockState } from "../persistence/format.ts"
import type { Journal } from "../persistence/journal.ts"
import type { Now } from "../rest/authentication.ts"
import { Feed } from "../feed/Feed.ts"
import { checkFeedFault } from "../feed/faults.ts"
import * as operations from "../feed/operations.ts"
import type { FeedConnectionInfo } from "../feed/operations.ts"
import { defaultResponse } from "../rest/errorBody.ts"
import { Faults, checkFault } from "../rest/faults.ts"
import { makeHandler, type ServedRequest, toWire, type WireRequest, type WireResponse } from "../rest/handler.ts"
import { SandboxError } from "../SandboxError.ts"
import type { View } from "../exchange/View.ts"
import type { Credentials, FeedOperator, NewAccount, NewOrder, Operator, TestOptions } from "./operatorSide.ts"
import type { PlantedFault, Source, Watcher } from "./watch.ts"

export interface Running {
  readonly handle: (request: WireRequest, onDefect: (defect: unknown) => void) => WireResponse
  readonly feed: Feed
  /** What the operator's page reads. */
  readonly source: Source
  /** Returns the operator interface. Also starts the crowd if the options have one. */
  readonly operate: (environment: Environment.Environment) => Operator
  /** The credentials of the initial accounts, in the order of the options. */
  readonly credentials: ReadonlyArray<Credentials>
  /** Returns the whole state of the exchange, with its clock. */
  readonly base: () => Base
  readonly recordTo: (journal: Journal) => void
}

/** The state that an earlier process saved. */
export interface Saved {
  readonly exchange: Exchange
  readonly clock: ClockState
  /** The initial accounts, in the order of the options. */
  readonly accounts: ReadonlyArray<{ readonly accountId: string; readonly keyId: string; readonly pair: KeyPair }>
}

/**
 * Creates an exchange, or continues the saved exchange. The exchange's time follows `wallMillis` (`real`), or stands
 * still (`frozen`).
 */
export const run = (
  options: TestOptions,
  clock: "real" | "frozen",
  wallMillis: () => number,
  saved?: Saved
): Result.Result<Running, Refusal> => {
  const refused = options.crowd === undefined ? undefined : checkCrowd(options.crowd)
  if (refused !== undefined) {
    return Result.fail(refused)
  }
  // These accounts keep their key pairs when the exchange is reset.
  const accounts = (options.accounts ?? []).map((account, index) => ({
    account,
    pair: saved?.accounts[index]?.pair ?? makeKeyPair(kindOf(account))
  }))
  const host = new Host(options, clock, wallMillis, saved)
  const reset = () =>
    Result.map(initialExchange(options, accounts, host.unmovedMillis()), ({ credentials, exchange }) => {
      host.reset(exchange)
      return credentials
    })
  const first =
    saved === undefined
      ? reset()
      : Result.succeed(
          saved.accounts.map(({ accountId, keyId, pair }, index) =>
            credentialsOf(accountId, keyId, kindOf(accounts[index]?.account ?? {}), pair)
          )
        )
  return Result.map(first, (credentials) => ({
    credentials,
    base: () => host.base(),
    recordTo: (journal) => host.recordTo(journal),
    handle: (request, onDefect) => host.handle(request, onDefect),
    feed: host.feed,
    source: host,
    operate: (environment) => {
      host.startCrowd()
      return operatorOf(host, environment, credentials, reset)
    }
  }))
}

class Host implements Source {
  readonly restFaults = new Faults()
  readonly requests: Array<ServedRequest> = []
  readonly options: ExchangeOptions
  readonly #crowd: CrowdOptions | undefined
  #isCrowdStarted = false
  /** Whether this host started with a saved exchange. */
  readonly #isSaved: boolean
  readonly #keepRequests: number
  readonly clock: "real" | "frozen"
  readonly #wallMillis: () => number
  readonly #createdMillis: number
  #journal: Journal | undefined
  #offsetMillis = 0
  /** The largest value of `#offsetMillis` since the last reset. */
  #furthestMillis = 0
  /** Added to the moved clock, so that a restored exchange continues at the time of its snapshot. Usually negative. */
  #restoredMillis = 0
  #exchange: Exchange
  #handler: ReturnType<typeof makeHandler>
  readonly feed: Feed
  #watcher: Watcher | undefined
  #unwatch: (() => void) | undefined

  constructor(options: TestOptions, clock: "real" | "frozen", wallMillis: () => number, saved?: Saved) {
    this.options = exchangeOptions(options)
    this.#crowd = options.crowd
    this.#keepRequests = options.keepRequests ?? 1_000
    this.clock = clock
    this.#wallMillis = wallMillis
    this.#isSaved = saved !== undefined
    this.#createdMillis = saved === undefined ? wallMillis() : frozenMillis(saved)
    if (saved !== undefined) {
      this.#offsetMillis = saved.clock.offsetMillis
      this.#furthestMillis = saved.clock.furthestMillis
      this.#restoredMillis = saved.clock.restoredMillis
    }
    this.#exchange = saved?.exchange ?? new Exchange(this.options)
    this.#handler = this.#makeHandler()
    this.feed = new Feed(this)
  }

  get exchange(): Exchange {
    return this.#exchange
  }

  /**
   * A frozen clock moves only by {@link moveClock}, {@link restore} and {@link reset}. While the clock is frozen,
   * signatures are checked against the real time.
   */
  now(): Now {
    const wallMillis = this.#wallMillis()
    const aheadMillis = this.#offsetMillis + this.#restoredMillis
    return this.clock === "frozen"
      ? { exchangeMillis: this.#createdMillis + aheadMillis, wallMillis, tokenMillis: wallMillis }
      : {
          exchangeMillis: wallMillis + aheadMillis,
          wallMillis: wallMillis + this.#offsetMillis,
          tokenMillis: wallMillis + this.#furthestMillis
        }
  }

  /** Returns the exchange's time as if the clock had never been moved and no snapshot had been restored. */
  unmovedMillis(): number {
    return this.clock === "frozen" ? this.#createdMillis : this.#wallMillis()
  }

  clockMillis(): number {
    return this.#wallMillis()
  }

  clockMillisAt(exchangeMillis: number): number | undefined {
    return this.clock === "frozen" ? undefined : exchangeMillis - this.#offsetMillis - this.#restoredMillis
  }

  /**
   * Moves the clock. Returns why it cannot be moved; undefined after a move. If the clock is frozen, only the
   * exchange's time moves, and only forward.
   */
  moveClock(millis: number): string | undefined {
    if (!Number.isSafeInteger(millis)) {
      return `the clock can move only by a whole number of milliseconds, not ${millis}`
    }
    if (millis === 0 || (millis < 0 && this.clock === "frozen")) {
      return "a clock cannot move by 0 ms, and a frozen clock can move only forward"
    }
    const { exchangeMillis, wallMillis } = this.now()
    if (Math.max(Math.abs(exchangeMillis + millis), Math.abs(wallMillis + millis)) > latestMillis) {
      return "the clock cannot move so far: it must stay within 8,030 years of 1970"
    }
    // Lets the crowd act up to now, so that the journal has the crowd's commands before the move. A replay of the move
    // brings the exchange to the time of the move. After that, the replay cannot execute earlier commands.
    this.#exchange.view(exchangeMillis)
    this.#offsetMillis += millis
    this.#furthestMillis = Math.max(this.#furthestMillis, this.#offsetMillis)
    this.#journal?.clock(this.#clockState(), exchangeMillis)
    this.feed.tick()
    return undefined
  }

  handle(request: WireRequest, onDefect: (defect: unknown) => void): WireResponse {
    try {
      return this.#handler(request, this.now())
    } catch (defect) {
      onDefect(defect)
      return toWire(defaultResponse(500), this.#wallMillis())
    }
  }

  /** Replaces the exchange. Discards planted faults and recorded requests, and closes the feed's connections. */
  replace(exchange: Exchange): void {
    this.#exchange = exchange
    this.#record()
    this.#journal?.replaced()
    this.restFaults.clear()
    this.requests.length = 0
    this.#handler = this.#makeHandler()
    this.feed.restart()
    this.watch(this.#watcher)
    this.#watcher?.replaced()
    if (this.#isCrowdStarted) {
      this.startCrowd()
    }
  }

  /** Starts the crowd of the options, if any. It also starts on each exchange that replaces this one. */
  startCrowd(): void {
    if (this.#crowd !== undefined) {
      attachCrowd(this.#exchange, this.#crowd, this.#crowdMillis())
    }
    this.#isCrowdStarted = true
  }

  /**
   * Returns when the crowd starts: usually now. A saved exchange is behind its frozen clock if the process ended before
   * the crowd acted. The crowd then starts at the exchange's time, as if the process had not ended.
   */
  #crowdMillis(): number {
    return this.clock === "frozen" && this.#isSaved && !this.#isCrowdStarted
      ? this.#exchange.view(0).nowMillis
      : this.now().exchangeMillis
  }

  watch(watcher: Watcher | undefined): void {
    this.#unwatch?.()
    this.#watcher = watcher
    this.#unwatch = watcher === undefined ? undefined : this.#exchange.subscribe(watcher.entry)
    this.feed.onFrame = watcher?.frame
  }

  nowMillis(): number {
    return this.now().exchangeMillis
  }

  view(): View {
    return this.#exchange.view(this.nowMillis())
  }

  faults(): ReadonlyArray<PlantedFault> {
    return [...this.restFaults.planted, ...this.feed.faults.planted].map(({ fault, left }) => ({ fault, left }))
  }

  connections(): ReadonlyArray<FeedConnectionInfo> {
    return operations.connectionsOf(this.feed)
  }

  /** `exchange` must be in its initial state. Undoes every move of the clock, also those by `restore`. */
  reset(exchange: Exchange): void {
    this.#offsetMillis = 0
    this.#furthestMillis = 0
    this.#restoredMillis = 0
    this.replace(exchange)
  }

  /** The exchange continues at the time of the snapshot. */
  restore(exchange: Exchange, snapshotMillis: number): void {
    this.#restoredMillis += snapshotMillis - this.now().exchangeMillis
    this.replace(exchange)
  }

  base(): Base {
    return { snapshot: this.#exchange.snapshot(this.now().exchangeMillis), clock: this.#clockState() }
  }

  recordTo(journal: Journal): void {
    this.#journal = journal
    this.#record()
  }

  #record(): void {
    const journal = this.#journal
    this.#exchange.recordCommands(journal && ((command, atMillis) => journal.command(command, atMillis)))
  }

  #clockState(): ClockState {
    return {
      isFrozen: this.clock === "frozen",
      createdMillis: this.#createdMillis,
      offsetMillis: this.#offsetMillis,
      furthestMillis: this.#furthestMillis,
      restoredMillis: this.#restoredMillis
    }
  }

  read<A>(reading: (exchange: Exchange, nowMillis: number) => A): Effect.Effect<A> {
    return Effect.sync(() => reading(this.#exchange, this.now().exchangeMillis))
  }

  write<A>(
    writing: (exchange: Exchange, nowMillis: number) => Result.Result<A, Refusal>
  ): Effect.Effect<A, SandboxError> {
    return Effect.flatMap(this.read(writing), orSandboxError)
  }

  execute<Type extends CommandType>(command: Command<Type> & Command) {
    return this.write((exchange, nowMillis) =>
      isRepeatable(command) ? exchange.execute<Type>(command, nowMillis) : Result.fail(notANumber)
    )
  }

  #makeHandler() {
    return makeHandler(
      this.#exchange,
      this.restFaults,
      (request) => {
        this.requests.push(request)
        if (this.requests.length > this.#keepRequests) {
          this.requests.shift()
        }
        this.#watcher?.served(request)
      },
      (name, atMillis) => this.feed.references.valueAt(name, atMillis)
    )
  }
}

const notANumber: Refusal = /*#__PURE__*/ invalidParameters(
  "a number is NaN or infinite. Only the closing time of a market or collection can be Infinity"
)

/** Whether a state file, which is JSON, can keep the numbers. */
const isRepeatable = (value: unknown, name = "", depth = maxJsonDepth): boolean =>
  typeof value === "number"
    ? Number.isFinite(value) || (name === "closeMillis" && value === Infinity)
    : // The exchange refuses deeper values.
      depth === 0 ||
      !Predicate.isObjectOrArray(value) ||
      Object.entries(value).every(([key, field]) => isRepeatable(field, key, depth - 1))

/**
 * Returns the time of a frozen clock without its moves. If the clock was real before the restart, the frozen clock
 * starts at the time of the exchange.
 */
const frozenMillis = ({ clock, exchange }: Saved): number =>
  Math.max(
    clock.isFrozen ? clock.createdMillis : 0,
    exchange.view(0).nowMillis - clock.offsetMillis - clock.restoredMillis
  )

export const exchangeOptions = ({ assumptions = {}, seed = 1 }: TestOptions): ExchangeOptions => ({ assumptions, seed })

/** Two exchanges with the same options give their accounts and keys the same ids. */
const initialExchange = (
  options: TestOptions,
  accounts: ReadonlyArray<{ readonly account: NewAccount; readonly pair: KeyPair }>,
  nowMillis: number
): Result.Result<{ readonly exchange: Exchange; readonly credentials: ReadonlyArray<Credentials> }, Refusal> => {
  const exchange = new Exchange(exchangeOptions(options))
  for (const market of options.markets ?? []) {
    const created = exchange.execute({ type: "createMarket", market }, nowMillis)
    if (Result.isFailure(created)) {
      return Result.fail(created.failure)
    }
  }
  for (const collection of options.collections ?? []) {
    const created = exchange.execute({ type: "createCollection", collection }, nowMillis)
    if (Result.isFailure(created)) {
      return Result.fail(created.failure)
    }
  }
  const credentials: Array<Credentials> = []
  for (const { account, pair } of accounts) {
    const created = createAccount(exchange, nowMillis, account, pair)
    if (Result.isFailure(created)) {
      return Result.fail(created.failure)
    }
    credentials.push(created.success)
  }
  // The world comes last, so that it does not change the ids of the accounts.
  return Result.map(options.world === true ? createWorld(exchange, nowMillis) : Result.void, () => ({
    exchange,
    credentials
  }))
}

const accountCommandsOf = (host: Host) =>
  ({
    accounts: host.read((exchange, nowMillis) => exchange.view(nowMillis).accounts()),
    createAccount: (account = {}) =>
      host.write((exchange, nowMillis) => createAccount(exchange, nowMillis, account, makeKeyPair(kindOf(account)))),
    createKey: (accountId, kind, key) =>
      host.write((exchange, nowMillis) => createKey(exchange, nowMillis, accountId, kind, makeKeyPair(kind), key)),
    registerKey: (accountId, publicKey, options) =>
      readPublicKey(publicKey) === undefined
        ? Effect.fail(
            new SandboxError({
              reason: "the public key must be PEM: an Ed25519 key, or an RSA key with at least 2048 bits"
            })
          )
        : Effect.map(host.execute({ type: "registerKey", accountId, publicKey, options }), ({ keyId }) => keyId),
    setTier: (accountId, tier) =>
      host.write((exchange, nowMillis) => {
        // Taking 0 tokens refills the buckets at the old rate up to now. The command `setTier` cannot do this, because
        // tokens have their own clock.
        exchange.takeTokens(accountId, "read", 0, host.now().tokenMillis)
        return exchange.execute({ type: "setTier", accountId, tier }, nowMillis)
      }),
    createSubaccount: (accountId) => host.execute({ type: "createSubaccount", accountId, exchangeIndex: 0 }),
    deposit: (accountId, dollars, till) => host.execute({ type: "deposit", accountId, dollars, ...till }),
    withdraw: (accountId, dollars, till) => host.execute({ type: "withdraw", accountId, dollars, ...till }),
    enableFcm: (accountId, { errorAccountId } = {}) => host.execute({ type: "enableFcm", accountId, errorAccountId }),
    portfolio: (accountId, subaccount) =>
      host.write((exchange, nowMillis) => exchange.view(nowMillis).portfolio(accountId, subaccount))
  }) satisfies Partial<Operator>

const marketCommandsOf = (host: Host) =>
  ({
    createSeries: (series) => host.execute({ type: "createSeries", series }),
    createEvent: (event) => host.execute({ type: "createEvent", event }),
    createMarket: (market) => host.execute({ type: "createMarket", market }),
    changeSeriesFee: (seriesTicker, fee, atMillis) =>
      host.execute({ type: "changeSeriesFee", seriesTicker, ...fee, atMillis }),
    changeEventFee: (eventTicker, override, atMillis) =>
      host.execute({ type: "changeEventFee", eventTicker, override, atMillis }),
    createStructuredTarget: (target) => host.execute({ type: "createStructuredTarget", target }),
    createMilestone: (milestone) => host.execute({ type: "createMilestone", milestone }),
    createIncentiveProgram: (program) => host.execute({ type: "createIncentiveProgram", program }),
    markProgramPaidOut: (programId) => host.execute({ type: "markProgramPaidOut", programId }),
    createCollection: (collection) => host.execute({ type: "createCollection", collection }),
    pauseMarket: (ticker) => host.execute({ type: "pauseMarket", ticker }),
    reactivateMarket: (ticker) => host.execute({ type: "reactivateMarket", ticker }),
    closeMarket: (ticker, closeMillis) =>
      Effect.flatMap(
        host.read((_, nowMillis) => closeMillis ?? nowMillis),
        (millis) => host.execute({ type: "setMarketClose", ticker, closeMillis: millis })
      ),
    determineMarket: (ticker, outcome) => host.execute({ type: "determineMarket", ticker, outcome }),
    disputeMarket: (ticker) => host.execute({ type: "disputeMarket", ticker }),
    settleMarket: (ticker) => host.execute({ type: "settleMarket", ticker }),
    setActive: (active) => host.execute({ type: "setActive", ...active })
  }) satisfies Partial<Operator>

const orderCommandsOf = (host: Host) =>
  ({
    placeOrder: (accountId, order) =>
      Effect.flatMap(orSandboxError(readOrder(order)), (order) =>
        host.execute({ type: "createOrder", accountId, order })
      ),
    cancelOrder: (accountId, orderId) =>
      host.write((exchange, nowMillis) =>
        Result.flatMap(exchange.view(nowMillis).order(accountId, orderId), ({ exchangeIndex, subaccount }) => {
          const target = { orderId, subaccount, exchangeIndex, marketTicker: undefined }
          return Result.map(
            exchange.execute({ type: "cancelOrder", accountId, target }, nowMillis),
            ({ order }) => order
          )
        })
      )
  }) satisfies Partial<Operator>

const faultCommandsOf = (host: Host) =>
  ({
    plantedFaults: Effect.sync(() => host.faults()),
    plant: (fault) =>
      Effect.suspend(() => {
        const reason = "feed" in fault ? checkFeedFault(fault) : checkFault(fault)
        return reason === undefined
          ? Effect.sync(() => ("feed" in fault ? host.feed.faults.plant(fault) : host.restFaults.plant(fault)))
          : Effect.fail(new SandboxError({ reason: `the fault is invalid: ${reason}` }))
      }),
    clearFaults: Effect.sync(() => {
      host.restFaults.clear()
      host.feed.faults.clear()
    })
  }) satisfies Partial<Operator>

const stateCommandsOf = (host: Host) =>
  ({
    view: host.read((exchange, nowMillis) => exchange.view(nowMillis)),
    dump: host.read((exchange, nowMillis) => exchange.dump(nowMillis)),
    snapshot: host.read((exchange, nowMillis) => exchange.snapshot(nowMillis)),
    restore: (snapshot) =>
      Effect.map(
        Effect.try({
          try: () => Exchange.restore(snapshot, host.options),
          catch: (cause) => new SandboxError({ reason: `the snapshot is invalid: ${String(cause)}` })
        }),
        (exchange) => host.restore(exchange, snapshot.nowMillis)
      )
  }) satisfies Partial<Operator>

const operatorOf = (
  host: Host,
  environment: Environment.Environment,
  credentials: ReadonlyArray<Credentials>,
  reset: () => Result.Result<unknown, Refusal>
): Operator => ({
  ...accountCommandsOf(host),
  ...marketCommandsOf(host),
  ...orderCommandsOf(host),
  ...faultCommandsOf(host),
  ...stateCommandsOf(host),
  environment,
  url: new URL(environment.restUrl).origin,
  page: undefined,
  credentials,
  requests: Effect.sync(() => [...host.requests]),
  feed: feedOperatorOf(host),
  moveClock: (millis) =>
    Effect.suspend(() => {
      const reason = host.moveClock(millis)
      return reason === undefined ? Effect.void : Effect.fail(new SandboxError({ reason }))
    }),
  reset: Effect.suspend(() => Effect.asVoid(orSandboxError(reset())))
})

const readOrder = (order: NewOrder): Result.Result<CreateOrder, Refusal> => {
  const [count, price] = [parseCount(order.count), parsePrice(order.price)]
  return count === undefined || price === undefined
    ? Result.fail(
        invalidParameters(
          count === undefined
            ? "count must be a number of contracts with at most two decimals"
            : "price must be dollars with two to four decimals"
        )
      )
    : Result.succeed({
        ticker: order.ticker,
        clientOrderId: order.clientOrderId,
        side: order.side,
        count,
        price,
        timeInForce: order.timeInForce ?? "good_till_canceled",
        selfTradePrevention: order.selfTradePrevention ?? "taker_at_cross",
        expirationSeconds: order.expirationSeconds,
        postOnly: order.postOnly ?? false,
        reduceOnly: order.reduceOnly ?? false,
        cancelOnPause: order.cancelOnPause ?? false,
        subaccount: order.subaccount ?? 0,
        orderGroupId: order.orderGroupId,
        exchangeIndex: undefined
      })
}

const feedOperatorOf = (host: Host): FeedOperator => {
  const run = <A>(operation: (feed: Feed) => Result.Result<A, string>): Effect.Effect<A, SandboxError> =>
    Effect.suspend(() =>
      Effect.mapError(Effect.fromResult(operation(host.feed)), (reason) => new SandboxError({ reason }))
    )
  return {
    connections: Effect.sync(() => operations.connectionsOf(host.feed)),
    drop: (options = {}) => run((feed) => operations.drop(feed, options)),
    stall: (selector = {}) => run((feed) => operations.stall(feed, selector, true)),
    resume: (selector = {}) => run((feed) => operations.stall(feed, selector, false)),
    fail: (code, selector = {}) => run((feed) => operations.failSubscriptions(feed, selector, code)),
    publish: (message) => run((feed) => operations.publish(feed, message)),
    setReference: (name, value) => run((feed) => operations.setReference(feed, name, value, host.now().exchangeMillis)),
    maintenance: Effect.suspend(() => {
      host.feed.closeAll(1001, "maintenance")
      return host.execute({ type: "restartClocks" })
    })
  }
}

export const orSandboxError = <A>(result: Result.Result<A, Refusal>): Effect.Effect<A, SandboxError> =>
  Effect.mapError(
    Effect.fromResult(result),
    ({ details, message }) => new SandboxError({ reason: details === undefined ? message : `${message}: ${details}` })
  )

export const kindOf = ({ kind = "ed25519" }: NewAccount): Signer.KeyKind => kind

const createAccount = (
  exchange: Exchange,
  nowMillis: number,
  account: NewAccount,
  pair: KeyPair
): Result.Result<Credentials, Refusal> => {
  const { dollars, key, name = `account ${exchange.view(nowMillis).accounts().length + 1}`, tier } = account
  return Result.flatMap(exchange.execute({ type: "createAccount", name, dollars, tier }, nowMillis), ({ accountId }) =>
    createKey(exchange, nowMillis, accountId, kindOf(account), pair, key)
  )
}

const createKey = (
  exchange: Exchange,
  nowMillis: number,
  accountId: string,
  kind: Signer.KeyKind,
  pair: KeyPair,
  options: KeyOptions | undefined
): Result.Result<Credentials, Refusal> =>
  Result.map(
    exchange.execute({ type: "registerKey", accountId, publicKey: pair.publicKeyPem, options }, nowMillis),
    ({ keyId }) => credentialsOf(accountId, keyId, kind, pair)
  )

const credentialsOf = (
  accountId: string,
  keyId: string,
  kind: Signer.KeyKind,
  { privateKeyPem, publicKeyPem: publicKey, sign }: KeyPair
): Credentials => ({
  accountId,
  keyId,
  kind,
  privateKey: Redacted.make(privateKeyPem, { label: "private key" }),
  publicKey,
  signer: Signer.makeSync({ keyId, kind, sign })
})
