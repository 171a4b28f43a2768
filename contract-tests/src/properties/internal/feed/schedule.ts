/**
 * Generates random schedules: what the exchange, the network and the users of the client do in a run, in order of time.
 *
 * @module
 */
import * as fc from "fast-check"
import { commandFault, dialFault, frameFault } from "./faults.ts"
import { badMarket } from "./link.ts"
import { channels, hasMarkets } from "./truth.ts"
import { markets, type NewOrder } from "./world.ts"

const index = fc.nat({ max: 11 })
const names = fc.subarray([...markets, badMarket], { minLength: 1 })
const market = fc.constantFrom(...markets)
const account = fc.nat({ max: 1 })

/** The prices of the sides overlap, so that some orders trade. */
const order: fc.Arbitrary<NewOrder> = fc.record({
  market,
  side: fc.constantFrom("bid", "ask"),
  cents: fc.integer({ min: 47, max: 52 }),
  count: fc.integer({ min: 1, max: 5 })
})

const doing = <Name extends string, Rest extends object>(
  weight: number,
  name: Name,
  rest: { readonly [K in keyof Rest]: fc.Arbitrary<Rest[K]> }
) => ({
  weight,
  // TypeScript does not see that the record contains both `do` and the fields of `rest`.
  arbitrary: fc.record({ do: fc.constant(name), ...rest }) as unknown as fc.Arbitrary<{ readonly do: Name } & Rest>
})

/** The kinds of observers. A kind with `named` subscribes to certain markets of a channel. */
const kinds = [
  "books",
  "account",
  "account",
  "raw books",
  "raw books",
  "trade",
  "trade named",
  ...channels,
  ...channels.filter(hasMarkets).map((channel) => `${channel} named` as const)
] as const

export type Kind = (typeof kinds)[number]

const joining = {
  kind: fc.constantFrom<Kind>(...kinds),
  // A command names at most two markets, so a subscription that names all markets needs several commands.
  names: fc.oneof(names, fc.constant(markets)),
  isSmall: fc.constantFrom(false, false, true)
}

const trading = [
  doing(14, "order", { account, orders: fc.array(order, { minLength: 1, maxLength: 3 }) }),
  doing(3, "cancel", { account, index }),
  doing(1, "group", {}),
  doing(1, "toggle", { market }),
  doing(1, "maintain", {})
]

const using = [
  doing(4, "join", joining),
  doing(2, "leave", { index }),
  doing(2, "add", { index, names }),
  doing(2, "remove", { index, names }),
  doing(1, "pause", { index, isPaused: fc.boolean() }),
  doing(1, "resubscribe", { index }),
  doing(1, "changeOver", {})
]

const disturbing = [
  doing(16, "frame", { index, fault: frameFault }),
  doing(3, "command", { fault: commandFault }),
  doing(2, "dial", { fault: dialFault, times: fc.integer({ min: 1, max: 4 }) }),
  doing(2, "kill", { index, how: fc.constantFrom("close", "reset", "reset", "silence") }),
  doing(2, "hold", { index }),
  doing(6, "deliver", { index, count: fc.integer({ min: 1, max: 6 }) }),
  doing(3, "release", { index }),
  doing(1, "end", { index, code: fc.constantFrom<10 | 25 | "silence">(10, 25, "silence") }),
  doing(1, "stall", { index, isStalled: fc.boolean() })
]

const passing = [doing(8, "pass", { millis: fc.constantFrom(10, 60, 300, 300, 600, 1_500, 6_000) })]

/** A step. Every step is possible in every state. */
export type Step = typeof step extends fc.Arbitrary<infer A> ? A : never

const step = fc.oneof(...trading, ...using, ...disturbing, ...passing)

export interface Joined {
  readonly kind: Kind
  readonly names: ReadonlyArray<string>
  readonly isSmall: boolean
}

export interface Schedule {
  readonly maxMarkets: number
  readonly reverses: boolean
  readonly namesBadMarket: boolean
  readonly haunts: boolean
  /** Whether the observers read after each frame. Otherwise, they read after each step. */
  readonly readsOften: boolean
  readonly seed: number
  /** The markets whose books are watched from the start. */
  readonly first: ReadonlyArray<string>
  /** The streams that are open from the start. */
  readonly streams: ReadonlyArray<Joined>
  readonly steps: ReadonlyArray<Step>
}

export const schedules: fc.Arbitrary<Schedule> = fc.record({
  maxMarkets: fc.constantFrom(100, 100, 2),
  reverses: fc.boolean(),
  namesBadMarket: fc.boolean(),
  haunts: fc.boolean(),
  readsOften: fc.constantFrom(true, true, false),
  seed: fc.nat({ max: 1_000 }),
  first: fc.subarray([...markets], { minLength: 1 }),
  streams: fc.array(fc.record(joining), { maxLength: 3 }),
  steps: fc.array(step, { minLength: 1, maxLength: 60, size: "max" })
})
