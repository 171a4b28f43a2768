/**
 * `kalshi watch account`: the live account.
 *
 * @module
 */
import * as AccountFeed from "@kalshi-effect/client/AccountFeed"
import * as OrderGroups from "@kalshi-effect/client/OrderGroups"
import * as Portfolio from "@kalshi-effect/client/Portfolio"
import * as Command from "effect/cli/Command"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Latch from "effect/Latch"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Queue from "effect/Queue"
import * as Result from "effect/Result"
import * as Stream from "effect/Stream"
import { environment, feedLayer, readLayer, subaccount } from "../app/connection.ts"
import { usage } from "../app/failures.ts"
import { endsByInterruption } from "../app/interruption.ts"
import * as Output from "../output/Output.ts"
import { accountEvent, balanceEvent, orderGroupsEvent } from "./accountEvents.ts"
import {
  type BalanceState,
  type ListedGroup,
  pageRows,
  renderAccount,
  sectionCount,
  sectionsOf
} from "./accountView.ts"
import { requireTerminal, show, type View } from "./fullScreen.ts"
import { AccountKeys } from "./keys.ts"
import { type Event, printEvents, withLineEvents } from "./ndjson.ts"
import { followLine, type Line } from "./session.ts"

/** How long to wait for an event before the balance is read anyway. */
const balanceMillis = 60_000
/** The wait between an event and the read of the balance: REST lags behind the feed, and reads cost tokens. */
const settleMillis = 2_000

/**
 * Reads the balance at the start, after events, and after a minute without events. Events close together cause one
 * read.
 */
const balances = (number: number | undefined, isStale: Queue.Dequeue<void>) => {
  const read = Effect.result(Portfolio.balance(number === undefined ? {} : { subaccount: number }))
  const wait = Effect.timeoutOption(Queue.take(isStale), balanceMillis).pipe(
    Effect.andThen(Effect.sleep(settleMillis)),
    Effect.andThen(Queue.clear(isStale))
  )
  return Stream.concat(Stream.fromEffect(read), Stream.forever(Stream.fromEffect(Effect.andThen(wait, read))))
}

/** The view begins with the fills of this period before the start. */
const fillsMillis = 3_600_000

/** Lists the order groups. Returns none if they cannot be read. */
const listGroups = (number: number | undefined) =>
  OrderGroups.list(number === undefined ? {} : { subaccount: number }).pipe(
    Effect.map(({ order_groups = [] }) => order_groups),
    Effect.option
  )

const makeAccount = Effect.gen(function* () {
  const number = yield* subaccount
  const nowMillis = yield* Clock.currentTimeMillis
  const mine = yield* AccountFeed.make({
    fillsFromMillis: nowMillis - fillsMillis,
    ...(number !== undefined && { subaccounts: [number] })
  })
  // One waiting item is enough: the next read shows the newest balance.
  const isStale = yield* Queue.sliding<void>(1)
  return {
    mine,
    number: number ?? 0,
    balances: balances(number, isStale),
    noteEvent: Queue.offer(isStale, undefined),
    listGroups: listGroups(number)
  }
})

const events = Stream.unwrap(
  Effect.map(makeAccount, ({ balances, listGroups, mine, noteEvent }) => {
    const changes = Stream.mapEffect(mine.events, (event) =>
      Effect.gen(function* () {
        yield* noteEvent
        const line = accountEvent(event, yield* Clock.currentTimeMillis)
        const groups = event._tag === "Live" ? yield* listGroups : Option.none()
        return Option.isNone(groups) ? [line] : [line, orderGroupsEvent(groups.value, yield* Clock.currentTimeMillis)]
      })
    ).pipe(Stream.flattenIterable)
    const balanceEvents = Stream.mapEffect(balances, (read) =>
      Effect.map(Clock.currentTimeMillis, (nowMillis): Event =>
        Result.isSuccess(read)
          ? balanceEvent(read.success, nowMillis)
          : { type: "balance_failed", time: new Date(nowMillis).toISOString(), reason: read.failure.message }
      )
    )
    return withLineEvents(Stream.merge(changes, balanceEvents))
  })
)

const showAccount = Effect.gen(function* () {
  const changed = Latch.makeUnsafe(true)
  const { name } = yield* environment
  const { balances, listGroups, mine, noteEvent, number } = yield* makeAccount
  const line: Line = { state: { _tag: "connecting" } }
  const keys = new AccountKeys(sectionCount)
  let balance: BalanceState = { _tag: "Unknown" }
  let listedGroups: ReadonlyArray<ListedGroup> = []
  let lengths: ReadonlyArray<number> = []
  const view: View = {
    changed,
    render: (size, nowMillis) =>
      Effect.gen(function* () {
        const account = yield* mine.known
        const status = yield* mine.status
        const read = yield* Effect.result(mine.read)
        const error =
          Result.isFailure(read) && read.failure._tag === "AccountNotLive" ? read.failure.readError : undefined
        lengths = sectionsOf(account, listedGroups).map(({ length }) => length)
        return renderAccount(
          {
            ...keys.state,
            account,
            status,
            readError: error?.message,
            subaccount: number,
            balance,
            listedGroups,
            environment: name,
            line: line.state,
            nowMillis
          },
          size
        )
      }),
    press: (key, size) => keys.press(key, { rows: pageRows(size), lengths })
  }
  const followBalance = Stream.runForEach(balances, (read) =>
    Effect.map(Clock.currentTimeMillis, (readMillis) => {
      balance = Result.isSuccess(read)
        ? {
            _tag: "Known",
            balance: read.success.balance_dollars,
            portfolioCents: read.success.portfolio_value,
            readMillis
          }
        : { _tag: "Failed", reason: read.failure.message }
      changed.openUnsafe()
    })
  )
  const run = Effect.gen(function* () {
    yield* Effect.forkScoped(followBalance)
    const takeEvents = Stream.runForEachArray(mine.events, (events) =>
      Effect.gen(function* () {
        yield* noteEvent
        changed.openUnsafe()
        if (!events.some(({ _tag }) => _tag === "Live")) return
        const groups = yield* listGroups
        if (Option.isSome(groups)) listedGroups = groups.value
        changed.openUnsafe()
      })
    )
    yield* Effect.all([followLine(line, changed), takeEvents], { concurrency: "unbounded", discard: true })
    return yield* Effect.never
  })
  yield* show(view, run)
})

export const account = Command.make("account", {}, () =>
  Effect.gen(function* () {
    const format = yield* Output.format
    if (format === "csv") return yield* usage("--csv prints lists only. Use --json for a stream of events")
    if (format === "human") yield* requireTerminal("kalshi watch account")
    const program = format === "json" ? printEvents(events) : Effect.scoped(showAccount)
    yield* program.pipe(Effect.provide(Layer.merge(readLayer, feedLayer)))
  }).pipe(endsByInterruption)
).pipe(
  Command.withDescription("Shows your account as it changes: balance, positions, resting orders, fills, order groups"),
  Command.withExamples([
    { command: "kalshi watch account", description: "The primary account" },
    { command: "kalshi watch account --subaccount 3 --json", description: "The events of a subaccount, one per line" }
  ])
)
