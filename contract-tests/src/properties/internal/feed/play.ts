/**
 * Plays a schedule, and runs the checks of every observer.
 *
 * @module
 */
import * as Feed from "@kalshi-effect/client/Feed"
import * as Effect from "effect/Effect"
import { AccountObserver } from "./account.ts"
import { BooksObserver } from "./books.ts"
import type { Observer } from "./observer.ts"
import { RawBooksObserver } from "./rawBooks.ts"
import type { Kind, Schedule, Step } from "./schedule.ts"
import { StreamObserver } from "./streams.ts"
import { channels } from "./truth.ts"
import { markets, World } from "./world.ts"

export interface Settings {
  /** The number of lines: the connections that carry the same order books. */
  readonly lines: number
  readonly hidesLosses: boolean
  readonly reach: (what: string) => void
}

/** The time within which the client must recover from all faults. */
const recoverySeconds = 300

/** The commands that check connections and subscriptions. The client sends them as long as it runs. */
const probes = new Set(["list_subscriptions", "get_snapshot"])

/** The length of the quiet period at the end of a play, in which nothing changes. */
const quietSeconds = 20

/** The maximum number of probes in the quiet period, for each connection and each subscribed market. */
const maxProbes = 7

const pick = <A>(list: ReadonlyArray<A>, index: number): A | undefined => list[index % Math.max(1, list.length)]

class Play {
  readonly #world: World
  #observers: ReadonlyArray<Observer> = []
  readonly #paused = new Set<string>()
  #commands: Array<string> = []

  constructor(schedule: Schedule, settings: Settings) {
    this.#world = new World({ ...schedule, ...settings })
    const { network } = this.#world
    network.onCommand = (name) => void this.#commands.push(name)
    if (schedule.readsOften) {
      network.onDelivered = (isPartial) => {
        for (const observer of this.#observers) if (!observer.isOver) observer.check(isPartial)
      }
    }
    this.#join("books", schedule.first, false)
    for (const { isSmall, kind, names } of schedule.streams) this.#join(kind, names, isSmall)
  }

  async step(action: Step): Promise<void> {
    this.#play(action)
    await this.#settle()
  }

  /** Ends all faults, and checks that the client recovers and receives everything. */
  async finish(): Promise<void> {
    await this.#calm()
    await this.#recover()
    const world = this.#world
    world.truth.mark()
    this.#trade()
    await this.#settle()
    for (const observer of this.#observers) observer.finish()
    this.#commands = []
    for (let second = 0; second < quietSeconds; second++) {
      world.pass(1_000)
      await this.#settle()
    }
    const endless = this.#commands.filter((name) => !probes.has(name))
    world.expect(endless.length === 0, () => `the client sends ${endless.join(", ")} although nothing changes`)
    const count = this.#commands.length
    const limit = maxProbes * (world.network.open.length + world.subscribed().length)
    world.expect(count <= limit, () => `the client sends ${count} probes, but may send only ${limit}`)
    for (const observer of this.#observers) observer.finish()
    for (const observer of this.#observers) observer.isClosing = true
    world.closeClient()
    for (const observer of this.#observers) observer.check(false)
    const lasting = this.#observers.filter(({ isOver }) => !isOver).map(({ name }) => name)
    world.expect(
      lasting.length === 0,
      () => `the subscriptions of ${lasting.join(", ")} continue after the client has closed`
    )
    await this.#settle()
  }

  close(): void {
    this.#world.close()
  }

  async #settle(): Promise<void> {
    const world = this.#world
    world.pass(0)
    // A stream that lags ends in a microtask.
    await Promise.resolve()
    world.pass(0)
    for (const observer of this.#observers) if (!observer.isOver) observer.step()
    for (const observer of this.#observers) if (observer.isOver) observer.close()
    this.#observers = this.#observers.filter(({ isOver }) => !isOver)
    if (world.violation !== undefined) throw world.violation
  }

  async #calm(): Promise<void> {
    const world = this.#world
    world.network.calm()
    for (const connectionId of world.connectionIds()) world.run(world.sandbox.feed.resume({ connectionId }))
    for (const market of [...this.#paused]) this.#toggle(market)
    for (const observer of this.#observers) observer.pause(false)
    await this.#settle()
  }

  async #recover(): Promise<void> {
    const world = this.#world
    for (let second = 0; second < recoverySeconds; second++) {
      world.pass(1_000)
      // Later messages reveal lost messages.
      if (second % 5 === 0) this.#bid()
      await this.#settle()
      if (second >= 9 && this.#isRecovered()) return
    }
    const waiting = this.#observers.filter((observer) => !observer.isSettled()).map(({ name }) => name)
    world.fail(
      `the client does not recover within ${recoverySeconds} seconds: waiting ${waiting.join(", ")}; wanted ${this.#wanted().join(", ")}; subscribed ${this.#subscribed().join(", ")}`
    )
    await this.#settle()
  }

  #isRecovered(): boolean {
    return (
      this.#observers.every((observer) => observer.isSettled()) && this.#wanted().join() === this.#subscribed().join()
    )
  }

  /** What the observers want to receive. Observers with the same filter share a subscription. */
  #wanted(): ReadonlyArray<string> {
    const byFilter = new Map<string, Set<string>>()
    for (const { entries, filter } of this.#observers.flatMap(({ wanted }) => wanted)) {
      const found = byFilter.get(filter) ?? new Set<string>()
      byFilter.set(filter, found)
      for (const entry of entries) found.add(entry)
    }
    return [...byFilter.values()].flatMap((entries) => [...entries]).toSorted()
  }

  #subscribed(): ReadonlyArray<string> {
    return this.#world.subscribed().toSorted()
  }

  /** Places a bid in every market, which changes every book. */
  #bid(): void {
    const [own] = this.#world.accounts
    this.#world.place(
      own!,
      markets.map((market) => ({ market, side: "bid", cents: 12, count: 1 }))
    )
  }

  /** Trades in every market. Also creates a group, and pauses and reactivates a market. */
  #trade(): void {
    const world = this.#world
    const [own, other] = world.accounts
    world.place(
      other!,
      markets.map((market) => ({ market, side: "ask", cents: 60, count: 1 }))
    )
    world.place(
      own!,
      markets.map((market) => ({ market, side: "bid", cents: 61, count: 2 }))
    )
    world.group(own!)
    this.#toggle(markets[0]!)
    this.#toggle(markets[0]!)
  }

  #toggle(market: string): void {
    const world = this.#world
    const { pauseMarket, reactivateMarket } = world.sandbox
    world.run(this.#paused.delete(market) ? reactivateMarket(market) : (this.#paused.add(market), pauseMarket(market)))
  }

  #join(kind: Kind, names: ReadonlyArray<string>, isSmall: boolean): void {
    const world = this.#world
    if (kind === "books") {
      if (this.#observers.some(({ name }) => name === "books")) return
      this.#observers = [...this.#observers, new BooksObserver(world, names)]
    } else if (kind === "account") {
      if (this.#observers.some(({ name }) => name === "account")) return
      this.#observers = [...this.#observers, new AccountObserver(world)]
    } else if (kind === "raw books") {
      this.#observers = [...this.#observers, new RawBooksObserver(world, names)]
    } else {
      const channel = channels.find((name) => kind === name || kind === `${name} named`)!
      const options = { channel, markets: kind === channel ? undefined : names, isSmall }
      this.#observers = [...this.#observers, new StreamObserver(world, options)]
    }
  }

  #play(action: Step): void {
    const world = this.#world
    const { network } = world
    const observer = "index" in action ? pick(this.#observers, action.index) : undefined
    const link = "index" in action ? pick(network.open, action.index) : undefined
    switch (action.do) {
      case "order":
        return world.place(world.accounts[action.account]!, action.orders)
      case "cancel":
        return world.cancel(world.accounts[action.account]!, action.index)
      case "group":
        return world.group(world.accounts[0]!)
      case "toggle":
        return this.#toggle(action.market)
      case "maintain":
        return world.maintain()
      case "join":
        return this.#join(action.kind, action.names, action.isSmall)
      case "leave":
        return observer?.close()
      case "add":
        return observer?.add(action.names)
      case "remove":
        return observer?.remove(action.names)
      case "pause":
        return observer?.pause(action.isPaused)
      case "resubscribe":
        for (const one of network.links) one.isClean = false
        return observer?.resubscribe()
      case "changeOver":
        network.hasChangedOver = true
        for (const one of network.links) one.isClean = false
        return void world.run(Effect.provideContext(Feed.changeOver, world.client))
      case "frame":
        return link?.plant(action.fault)
      case "command":
        return void network.commands.push(action.fault)
      case "dial":
        return void network.dials.push(...Array.from({ length: action.times }, () => action.fault))
      case "kill":
        return link?.kill(action.how)
      case "hold":
        return link?.hold(true)
      case "release":
        return link?.hold(false)
      case "deliver":
        return link?.deliver(action.count)
      case "end":
        return action.code === "silence"
          ? link?.endInSilence(pick(link.wire.sids, action.index) ?? 0)
          : this.#disturb(
              (connectionId) => world.sandbox.feed.fail(Number(action.code), { connectionId }),
              action.index
            )
      case "stall":
        return this.#disturb(
          (connectionId) =>
            action.isStalled
              ? world.sandbox.feed.stall({ connectionId, channel: "orderbook_delta" })
              : world.sandbox.feed.resume({ connectionId }),
          action.index
        )
      case "pass":
        return world.pass(action.millis)
    }
  }

  /** Disturbs one connection. The network cannot see which connection this is, so no connection counts as clean. */
  #disturb(disturb: (connectionId: number) => Effect.Effect<unknown, unknown>, index: number): void {
    const world = this.#world
    const connectionId = pick(world.connectionIds(), index)
    if (connectionId === undefined) return
    for (const link of world.network.links) link.isClean = false
    world.run(disturb(connectionId))
  }
}

/** Plays a schedule. Throws if the client violates a rule. */
export const play = async (schedule: Schedule, settings: Settings): Promise<void> => {
  const playing = new Play(schedule, settings)
  try {
    for (const step of schedule.steps) await playing.step(step)
    await playing.finish()
  } finally {
    playing.close()
  }
}
