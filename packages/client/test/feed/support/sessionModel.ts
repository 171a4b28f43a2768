/**
 * Plays random inputs against a session and a simulated exchange. Imports no test runner, because the trials of planted
 * faults run it in a separate process.
 */
import assert from "node:assert/strict"
import * as fc from "fast-check"
import * as Result from "effect/Result"
import type { FeedError } from "../../../src/feed/FeedError.ts"
import type { SessionEvent, Subscriber } from "../../../src/feed/session/events.ts"
import type { SubscriptionRequest } from "../../../src/feed/session/requests.ts"
import { Session, type Subscription } from "../../../src/feed/session/Session.ts"
import { badMarket, Connection, Exchange } from "./exchange.ts"

const markets = ["A", "B", "C", "D", "E", "F", badMarket] as const

const names = fc.subarray([...markets], { minLength: 1 })
const index = fc.nat({ max: 20 })

const kinds = [
  { channel: "trade", isNamed: true, options: {} },
  { channel: "trade", isNamed: false, options: {} },
  { channel: "orderbook_delta", isNamed: true, options: { use_yes_price: true } },
  { channel: "orderbook_delta", isNamed: true, options: { use_yes_price: false } },
  { channel: "ticker", isNamed: true, options: {} }
] as const

const faults = ["lose", "repeat", "swap", "cut", "delay"] as const

/** Every input is valid in every state. */
export const step = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant("join" as const),
      kind: fc.nat({ max: kinds.length - 1 }),
      names,
      closes: fc.option(index, { freq: 8 })
    })
  },
  { weight: 3, arbitrary: fc.record({ do: fc.constant("leave" as const), index }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constantFrom("add" as const, "remove" as const), index, names }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constantFrom("snapshot" as const, "resubscribe" as const), index }) },
  { weight: 6, arbitrary: fc.record({ do: fc.constant("open" as const) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("refuse" as const), status: fc.constantFrom(0, 429, 503) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constantFrom("close" as const, "die" as const), index }) },
  { weight: 8, arbitrary: fc.record({ do: fc.constant("publish" as const), names }) },
  {
    weight: 10,
    arbitrary: fc.record({ do: fc.constant("deliver" as const), index, count: fc.integer({ min: 1, max: 12 }) })
  },
  { weight: 3, arbitrary: fc.record({ do: fc.constant("fault" as const), index, fault: fc.constantFrom(...faults) }) },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant("commandFault" as const),
      code: fc.constantFrom(10 as const, 18 as const, 27 as const, undefined),
      isExecuted: fc.boolean()
    })
  },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant("end" as const),
      index,
      code: fc.constantFrom(10 as const, 25 as const, undefined)
    })
  },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant("pass" as const),
      millis: fc.constantFrom(1, 50, 600, 3_000, 6_000, 30_000)
    })
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("sleep" as const) }) },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant("limit" as const), maxMarkets: fc.integer({ min: 1, max: 6 }) })
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constantFrom("changeOver" as const, "deliverOld" as const) }) }
)

export type Step = typeof step extends fc.Arbitrary<infer A> ? A : never

/** The errors that the inputs above can cause. They end a subscription or remove its markets. */
const permitted = new Set(["CommandTimedOut", "SnapshotMissing", "TooManyConnections"])

class CheckingUser implements Subscriber {
  readonly kind: (typeof kinds)[number]
  readonly names: Set<string>
  readonly last = new Map<string, number>()
  /** The markets whose snapshot the user received. */
  readonly books = new Set<string>()
  /** The markets of the messages since the last check. */
  received: Array<string> = []
  isOver = false
  isInterrupted = false
  /** The markets of the outages that have not ended. */
  readonly interrupted = new Set<string>()
  violation: unknown
  subscription: Subscription | undefined
  /** Called after the first message. */
  onFirst: (() => void) | undefined
  readonly #world: Pick<Model, "isOver" | "isDisturbed" | "session">

  constructor(
    kind: (typeof kinds)[number],
    wanted: ReadonlyArray<string>,
    world: Pick<Model, "isOver" | "isDisturbed" | "session">
  ) {
    this.kind = kind
    this.names = new Set(kind.isNamed ? wanted : [])
    this.#world = world
  }

  readonly onEvent = (event: SessionEvent): void => this.#check(() => this.#onEvent(event))

  readonly onEnd = (error: FeedError | undefined): void => this.#check(() => this.#onEnd(error))

  /** Keeps the violation for `checkUsers`, because the session survives a handler that throws. */
  #check(run: () => void): void {
    try {
      run()
    } catch (violation) {
      this.violation ??= violation
    }
  }

  #onEvent(event: SessionEvent): void {
    assert.equal(this.isOver, false, "an event after the end")
    assert.equal(this.#world.isOver, false, "an event after the session was closed")
    switch (event._tag) {
      case "Message":
        this.#onMessage(event.message as never)
        this.onFirst?.()
        this.onFirst = undefined
        return
      case "Outage":
        this.isInterrupted = true
        this.last.clear()
        for (const market of event.markets) this.interrupted.add(market)
        return
      case "Restored":
        assert.equal(this.isInterrupted, true, "Restored without an Outage")
        this.isInterrupted = false
        this.#checkRestored()
        return
      case "Gap":
        assert.equal(this.#world.isDisturbed, true, "a gap although every frame arrived")
        this.last.clear()
        return
      case "Replaced":
        this.last.clear()
        return
      case "Refused":
        for (const market of event.markets) {
          assert.ok(
            market === badMarket || permitted.has(event.error._tag),
            `${market} was refused: ${event.error.message}`
          )
          assert.ok(this.names.delete(market), "a market was refused that the user does not have")
          this.interrupted.delete(market)
          this.last.delete(market)
          this.books.delete(market)
        }
        return
      default:
    }
  }

  /** Every interrupted market that the user still wants must be part of a subscription again. */
  #checkRestored(): void {
    const { subscriptions } = this.#world.session.state()
    const own = subscriptions.filter(({ channel, options }) => {
      const isSamePrice = options["use_yes_price"] === (this.kind.options as typeof options)["use_yes_price"]
      return channel === this.kind.channel && isSamePrice
    })
    for (const market of this.interrupted) {
      if (!this.names.has(market)) continue
      assert.ok(
        own.some(({ acknowledged, names }) => acknowledged.has(market) && names.has(market)),
        `${market} is not restored`
      )
    }
    this.interrupted.clear()
  }

  #onEnd(error: FeedError | undefined): void {
    assert.equal(this.isOver, false, "a second end")
    this.isOver = true
    const isBad = [...this.names].every((name) => name === badMarket)
    const isPermitted = error === undefined || this.#world.isOver || isBad || permitted.has(error._tag)
    assert.ok(isPermitted, `the subscription ended: ${error?.message}`)
  }

  #onMessage({
    msg,
    type
  }: {
    readonly type: string
    readonly msg: { readonly market_ticker: string; readonly clock: number; readonly trade_id: string }
  }): void {
    const market = msg.market_ticker
    assert.ok(!this.kind.isNamed || this.names.has(market), `a message about ${market}, which the user does not have`)
    if (type === "ticker") {
      this.received.push(market)
      return
    }
    const number = type === "trade" ? Number(msg.trade_id.slice(-12)) : msg.clock
    if (type === "orderbook_snapshot") {
      this.last.set(market, number)
      this.books.add(market)
      return
    }
    const last = this.last.get(market)
    assert.ok(last === undefined || number === last + 1, `${market}: ${number} after ${last} without a gap`)
    this.last.set(market, number)
    this.received.push(market)
  }
}

export class Model {
  readonly exchange = new Exchange()
  readonly session: Session
  users: Array<CheckingUser> = []
  nowMillis = 1_000_000
  wallMillis = 1_700_000_000_000
  isOver = false
  /** Whether a frame was lost, repeated, cut, reordered or not sent. */
  isDisturbed = false
  /** The generation (number) of the connection whose handshake is in flight. */
  dialing: number | undefined
  #randomState = 1
  readonly #generations = new Set<number>()
  /** Connections that the session left. Their frames still arrive. */
  readonly #oldConnections = new Map<number, Connection>()
  readonly #ids = new Set<number>()
  readonly #commands = new Set<string>()

  constructor() {
    this.session = new Session(
      { batchSize: 3, maxConnections: 30, commandBurst: 5 },
      {
        dial: (generation) => {
          assert.equal(this.isOver, false, "a dial after the session was closed")
          assert.equal(this.dialing, undefined, "two dials in flight")
          assert.ok(!this.#generations.has(generation), "a generation is used twice")
          this.#generations.add(generation)
          this.dialing = generation
        },
        abandon: (generation) => {
          if (this.dialing === generation) this.dialing = undefined
          this.#drop(generation)
        },
        send: (generation, text) => {
          assert.equal(this.isOver, false, "a command after the session was closed")
          const connection = this.exchange.connections.get(generation)
          assert.ok(connection !== undefined, "a command on a connection that is not open")
          // Every command has an `id` and a `cmd`.
          const { cmd, id, params } = JSON.parse(text) as {
            readonly id: number
            readonly cmd: string
            readonly params?: { readonly action?: string }
          }
          this.#commands.add(params?.action ?? cmd)
          assert.ok(!this.#ids.has(id), "an id is used twice")
          this.#ids.add(id)
          connection.receive(text)
        }
      },
      { wallMillis: () => this.wallMillis, monotonicMillis: () => this.nowMillis },
      () => (this.#randomState = (this.#randomState * 16_807) % 2_147_483_647) / 2_147_483_647
    )
  }

  play(action: Step): void {
    this.#play(action)
    this.checkUsers()
  }

  checkUsers(): void {
    for (const { violation } of this.users) if (violation !== undefined) throw violation
  }

  #play(action: Step): void {
    const user = "index" in action ? this.users[action.index % Math.max(1, this.users.length)] : undefined
    const [generation, connection] =
      "index" in action
        ? ([...this.exchange.connections][action.index % Math.max(1, this.exchange.connections.size)] ?? [])
        : []
    switch (action.do) {
      case "join":
        return this.#join(kinds[action.kind]!, action.names, action.closes)
      case "leave":
        return user?.subscription?.close()
      case "add":
        return this.#add(user, action.names)
      case "remove":
        if (user?.kind.isNamed !== true || user.isOver) return
        for (const name of action.names) {
          user.names.delete(name)
          user.interrupted.delete(name)
          user.last.delete(name)
          user.books.delete(name)
        }
        return user.subscription?.remove(action.names)
      case "snapshot":
        return user?.subscription?.snapshot([...user.names])
      case "resubscribe":
        return user?.subscription?.resubscribe()
      case "open":
        return this.#open()
      case "refuse": {
        if (this.dialing === undefined) return
        const refused = this.dialing
        this.dialing = undefined
        const { status } = action
        return this.session.refused(
          refused,
          status === 0
            ? { _tag: "Transport", reason: "reset" }
            : { _tag: "Response", status, body: { message: "" }, retryAfterMillis: 2_000 }
        )
      }
      case "close":
        if (generation === undefined) return
        this.#drop(generation)
        return this.session.closed(generation, 1006, "")
      case "die":
        if (connection !== undefined) connection.isDead = true
        return
      case "publish":
        for (const name of [...action.names, ...action.names].toSorted()) this.exchange.publish(name)
        return
      case "deliver":
        if (generation !== undefined && connection !== undefined) this.#deliver(generation, connection, action.count)
        return
      case "fault":
        this.isDisturbed = true
        if (connection !== undefined) disturb(connection, action.fault)
        return
      case "commandFault":
        this.isDisturbed = true
        this.exchange.commandFault = {
          code: action.code,
          isExecuted: action.isExecuted && action.code !== 27 && action.code !== 10
        }
        return
      case "end":
        if (action.code === undefined) this.isDisturbed = true
        return connection?.end(action.code, action.index)
      case "pass":
        return this.pass(action.millis)
      case "limit":
        this.exchange.maxMarkets = action.maxMarkets
        return
      case "sleep":
        this.session.nextMillis()
        this.wallMillis += 600_000
        return this.session.tick()
      case "changeOver":
        return this.session.changeOver()
      case "deliverOld":
        return this.#deliverOld()
    }
  }

  pass(millis: number): void {
    const end = this.nowMillis + millis
    for (let ticks = 0; ; ticks++) {
      assert.ok(ticks < 10_000, "the session requests ticks without end")
      const next = this.session.nextMillis()
      if (next === undefined || next > end) break
      this.#moveTo(Math.max(this.nowMillis, next))
      this.session.tick()
    }
    this.#moveTo(end)
  }

  /** Passes time without faults. Every user must then receive the messages of its markets. */
  settle(): void {
    this.#deliverOld()
    this.exchange.commandFault = undefined
    for (let round = 0; round < 600; round++) {
      this.#open()
      for (const [generation, connection] of this.exchange.connections) this.#deliver(generation, connection, 10_000)
      this.pass(500)
      // Only one market gets messages, because they can hide that the other markets are silent.
      if (round % 10 === 4) this.exchange.publish("A")
      if (round === 400) this.#commands.clear()
    }
    this.checkUsers()
    for (const probe of ["list_subscriptions", "get_snapshot"]) this.#commands.delete(probe)
    assert.deepEqual([...this.#commands], [], "commands that do not end")
    this.#checkMarkets()
    this.#checkDelivery()
  }

  finish(): void {
    const users = this.users.filter(({ isOver }) => !isOver)
    const generations = [...this.#generations]
    this.isOver = true
    this.session.close()
    for (const user of users) assert.equal(user.isOver, true, "a subscription outlives the session")
    assert.equal(this.exchange.connections.size, 0, "a connection outlives the session")
    for (const generation of generations) {
      this.session.opened(generation)
      this.session.received(generation, "{}", 0)
      this.session.closed(generation, 1006, "")
    }
    this.session.tick()
    assert.equal(this.session.nextMillis(), undefined)
  }

  #drop(generation: number): void {
    const connection = this.exchange.connections.get(generation)
    if (connection !== undefined) this.#oldConnections.set(generation, connection)
    this.exchange.connections.delete(generation)
  }

  #deliverOld(): void {
    for (const [generation, { frames }] of this.#oldConnections) {
      for (const { text } of frames) this.session.received(generation, text, this.wallMillis)
      this.session.closed(generation, 1006, "")
    }
    this.#oldConnections.clear()
  }

  #moveTo(millis: number): void {
    this.wallMillis += millis - this.nowMillis
    this.nowMillis = millis
  }

  #join(kind: (typeof kinds)[number], wanted: ReadonlyArray<string>, closes: number | null): void {
    const user = new CheckingUser(kind, wanted, this)
    const params = { ...kind.options, ...(kind.isNamed ? { market_tickers: wanted } : {}) }
    const request = { channel: kind.channel, params } as SubscriptionRequest // each kind makes a valid request
    const made = this.session.subscribe(request, user)
    if (Result.isFailure(made)) {
      assert.equal(made.failure._tag, "TooManyConnections")
      return
    }
    user.subscription = made.success
    this.users.push(user)
    // Some users close a subscription in their handler: another user's, or their own.
    if (closes !== null) user.onFirst = () => this.users[closes % this.users.length]!.subscription?.close()
  }

  #add(user: CheckingUser | undefined, wanted: ReadonlyArray<string>): void {
    if (user?.kind.isNamed !== true || user.isOver) return
    const before = new Set(user.names)
    for (const name of wanted) user.names.add(name)
    const added = user.subscription!.add(wanted)
    if (Result.isSuccess(added) || user.isOver) return
    for (const name of wanted) if (!before.has(name)) user.names.delete(name)
  }

  #open(): void {
    if (this.dialing === undefined) return
    const generation = this.dialing
    this.dialing = undefined
    this.exchange.connections.set(generation, new Connection(this.exchange))
    this.session.opened(generation)
  }

  #deliver(generation: number, connection: Connection, count: number): void {
    for (let left = count; left > 0; left--) {
      const frame = connection.isDead ? undefined : connection.frames.shift()
      if (frame === undefined || !this.exchange.connections.has(generation)) return
      this.session.received(generation, frame.text, this.wallMillis)
    }
  }

  /** The exchange must send exactly the markets that users want, each market on one connection. */
  #checkMarkets(): void {
    for (const kind of kinds) {
      const users = this.users.filter((user) => !user.isOver && user.kind === kind)
      const wanted = kind.isNamed
        ? [...new Set(users.flatMap((user) => [...user.names]))].toSorted()
        : users.length > 0
          ? ["all"]
          : []
      const options = "use_yes_price" in kind.options ? String(kind.options.use_yes_price) : "undefined"
      const sent = [...this.exchange.connections.values()]
        .flatMap(({ subscriptions }) => [...subscriptions.values()])
        .filter((subscription) => subscription.channel === kind.channel && subscription.options === options)
        .filter(({ markets }) => (markets !== undefined) === kind.isNamed)
        .flatMap(({ markets }) => (markets === undefined ? ["all"] : [...markets]))
      assert.deepEqual(sent.toSorted(), wanted, `the markets of ${JSON.stringify(kind)}`)
    }
    assert.ok(!this.users.some((user) => !user.isOver && user.isInterrupted), "an outage does not end")
  }

  /** Each user must receive one message of each of its markets. */
  #checkDelivery(): void {
    for (const user of this.users) user.received = []
    for (const market of markets) this.exchange.publish(market)
    for (const [generation, connection] of this.exchange.connections) this.#deliver(generation, connection, 10_000)
    for (const user of this.users) {
      if (user.isOver) continue
      assert.deepEqual(
        user.received.toSorted(),
        user.kind.isNamed ? [...user.names].toSorted() : [...markets].toSorted(),
        "what a user receives"
      )
      if (user.kind.channel === "orderbook_delta") {
        assert.deepEqual(
          [...user.names].filter((name) => !user.books.has(name)),
          [],
          "books without a snapshot"
        )
      }
    }
  }
}

const disturb = ({ frames }: Connection, fault: (typeof faults)[number]): void => {
  const [first, second] = frames
  if (first === undefined) return
  switch (fault) {
    case "lose":
      frames.shift()
      return
    case "repeat":
      frames.unshift(first)
      return
    case "swap":
      if (second !== undefined) frames.splice(0, 2, second, first)
      return
    case "cut":
      frames[0] = { ...first, text: first.text.slice(0, first.text.length >> 1) }
      return
    case "delay":
      if (first.isReply) frames.push(frames.shift()!)
  }
}

export const check = (steps: ReadonlyArray<Step>, namesBadMarket: boolean): void => {
  const model = new Model()
  model.exchange.namesBadMarket = namesBadMarket
  for (const action of steps) model.play(action)
  model.settle()
  model.checkUsers()
  model.finish()
  model.checkUsers()
}

export const run = (options: {
  readonly seed: number
  readonly numRuns: number
  readonly path?: string | undefined
  readonly shrink: boolean
}): string | undefined => {
  const property = fc.property(fc.array(step, { minLength: 5, maxLength: 120, size: "max" }), fc.boolean(), check)
  const { path, seed } = options
  const outcome = fc.check(property, {
    seed,
    numRuns: options.numRuns,
    endOnFailure: !options.shrink,
    ...(path === undefined ? {} : { path })
  })
  if (!outcome.failed) return undefined
  const reason = outcome.errorInstance instanceof Error ? outcome.errorInstance.message : String(outcome.errorInstance)
  return `${reason}\n${fc.stringify(outcome.counterexample)}\nreplay: FC_SEED=${outcome.seed} FC_PATH=${outcome.counterexamplePath}`
}
