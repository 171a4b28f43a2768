/**
 * The exchange without any I/O: it holds accounts, markets, orders and money, and changes only by commands and timers.
 *
 * Every command carries its time. Only ids are random, and a seed generates them. So the same seed and commands give
 * the same state. Prices are in ten-thousandths of a dollar, counts in hundredths of a contract, and amounts in
 * micro-dollars. All of these are whole numbers.
 *
 * @module
 */
import { type Assumptions, defaults } from "../Assumptions.ts"
import type { Command, CommandType, CommandResult } from "./Commands.ts"
import type { Event } from "./Entities.ts"
import { take } from "./accounts/buckets.ts"
import { advance } from "./clock.ts"
import { type DelayedCommand, dump, type Snapshot, type StateSnapshot, takeSnapshot } from "./dump.ts"
import { execute } from "./execute.ts"
import { Log, type LogEntry } from "./log.ts"
import { reportChanges } from "./money/ledger.ts"
import { emptyState, restore, restoreDelayed } from "./restore.ts"
import type { State } from "./state.ts"
import { View } from "./View.ts"

export type { Changed } from "./Commands.ts"
export type { Snapshot } from "./dump.ts"
export type { LogEntry } from "./log.ts"

/** Options of an exchange. */
export interface Options {
  /** A safe non-negative integer. */
  readonly seed: number
  readonly assumptions?: Partial<Assumptions>
  /** Subscribes to the events of the log, without its commands: see {@link Exchange.subscribe}. */
  readonly onEvent?: (event: Event) => void
}

/** Acts on an exchange by commands, at times that it chooses. */
export interface Agent {
  /** When the agent acts next, in Unix milliseconds. */
  nextMillis(): number
  /** Acts at each of its times up to and including `nowMillis`. Afterwards, `nextMillis` must return a later time. */
  actUntil(nowMillis: number): void
}

/**
 * The exchange. Commands and reads carry their time in Unix milliseconds. Timers that are due by that time, such as an
 * order's expiry, fire first, each at its own time. Time never goes back: a call with an earlier time than the previous
 * call runs at the time of the previous call.
 */
export class Exchange {
  readonly assumptions: Assumptions
  /** The seed of the ids and of the generated values. A restored exchange has the seed of its snapshot. */
  readonly seed: number
  readonly #state: State
  readonly #log = new Log()
  /** The state that lagging reads show. It executes each command `readLagMillis` later. */
  readonly #lagging: State | undefined
  /** Commands that the lagging state has not executed yet. */
  readonly #delayed: Array<DelayedCommand> = []
  #record: ((command: Command, atMillis: number) => void) | undefined
  /** The latest time at which {@link takeTokens} was called, in Unix milliseconds. */
  #tokenMillis = 0
  #agent: Agent | undefined
  #isAgentActing = false

  constructor(options: Options, from?: Snapshot) {
    const { onEvent, seed } = options
    this.assumptions = { ...defaults, ...options.assumptions }
    this.seed = from?.seed ?? seed
    const make = (state: StateSnapshot | undefined): State =>
      state === undefined ? emptyState(this.assumptions, seed) : restore(state, this.assumptions)
    this.#state = make(from)
    if (this.assumptions.readLagMillis > 0) {
      this.#lagging = make(from?.lagging?.state ?? from)
      this.#delayed.push(...(from?.lagging?.delayed.map(restoreDelayed) ?? []))
    }
    if (onEvent !== undefined) {
      this.subscribe((entry) => {
        if (entry.type !== "command") {
          onEvent(entry)
        }
      })
    }
  }

  /**
   * Creates an exchange that continues from a snapshot. The snapshot must be complete: a reference to a missing entity
   * throws.
   */
  static restore(from: Snapshot, options: Partial<Options> = {}): Exchange {
    return new Exchange({ seed: 0, ...options }, from)
  }

  /** Executes a command. The caller must not change the command object afterwards. */
  execute<Type extends CommandType>(command: Command<Type> & Command, atMillis: number): CommandResult<Type> {
    const state = this.#at(atMillis)
    if (this.#lagging !== undefined) {
      this.#catchUp(this.#lagging, state.nowMillis)
      this.#delayed.push({ atMillis: state.nowMillis, command })
    }
    this.#record?.(command, state.nowMillis)
    state.emit?.({ type: "command", command })
    const result = execute<Type>(state, command)
    reportChanges(state)
    this.#log.deliver()
    return result
  }

  /**
   * Subscribes to the log: every command, then its events. Returns a function that ends the subscription. Entries are
   * plain data. A call from outside a subscriber delivers its entries before it returns. The commands alone rebuild the
   * state: execute them at their times on an empty exchange of the same seed, or on an exchange from an earlier
   * snapshot.
   *
   * **Gotchas**
   *
   * A subscriber may call the exchange. The entries of a subscriber's call arrive after that call has returned. If a
   * subscriber throws, the call that delivers the entry throws, too. At that time, the call has taken effect, and all
   * subscribers have received all entries.
   */
  subscribe(subscriber: (entry: LogEntry) => void): () => void {
    const end = this.#log.subscribe(subscriber)
    const state = this.#state
    state.emit ??= (body) => this.#log.add(state.nowMillis, body)
    return () => {
      end()
      if (!this.#log.hasSubscribers) {
        // Without subscribers, events are not even created.
        state.emit = undefined
      }
    }
  }

  /**
   * Attaches an agent. Before each command and each read, the agent acts at its times up to the time of the call. It acts
   * by ordinary commands, which are in the log. An agent is not part of the state: a snapshot does not contain it.
   */
  attach(agent: Agent): void {
    this.#agent = agent
  }

  /**
   * Calls a function with every command and its time, before the command is executed. `undefined` removes the function.
   * Unlike {@link Exchange.subscribe}, this does not make the exchange create events.
   */
  recordCommands(record: ((command: Command, atMillis: number) => void) | undefined): void {
    this.#record = record
  }

  /** The state as plain JSON, without the text of keys and without tokens. Equal states have equal dumps. */
  dump(nowMillis: number): unknown {
    return dump(this.#at(nowMillis))
  }

  /** The whole state as plain JSON: see {@link Exchange.restore}. */
  snapshot(nowMillis: number): Snapshot {
    const state = this.#at(nowMillis)
    if (this.#lagging === undefined) {
      return takeSnapshot(state)
    }
    this.#catchUp(this.#lagging, state.nowMillis)
    return { ...takeSnapshot(state), lagging: { state: takeSnapshot(this.#lagging), delayed: [...this.#delayed] } }
  }

  /** The reads of the current state. A view is not a copy: it also shows later changes. */
  view(nowMillis: number): View {
    return new View(this.#at(nowMillis))
  }

  /**
   * The reads of orders, groups, fills, positions, settlements and money. They lag behind by `readLagMillis`: see
   * {@link Assumptions}.
   */
  userView(nowMillis: number): View {
    const { nowMillis: now } = this.#at(nowMillis)
    if (this.#lagging === undefined) {
      return new View(this.#state)
    }
    this.#catchUp(this.#lagging, now)
    return new View(this.#lagging)
  }

  /** When the next timer fires or the agent acts next, in Unix milliseconds. Undefined if nothing is scheduled. */
  nextTimerMillis(): number | undefined {
    const next = Math.min(this.#state.timers.nextMillis() ?? Infinity, this.#agent?.nextMillis() ?? Infinity)
    return next === Infinity ? undefined : next
  }

  /**
   * Takes `cost` tokens from an account's read bucket, or from the write bucket of each given shard. If a bucket has
   * too few tokens, takes none and returns false. This is not a command: tokens affect nothing else, and have their own
   * time, which never goes back.
   */
  takeTokens(accountId: string, from: "read" | ReadonlyArray<number>, cost: number, tokenMillis: number): boolean {
    this.#tokenMillis = Math.max(this.#tokenMillis, tokenMillis)
    const account = this.#state.accounts.get(accountId)
    return account !== undefined && take(account.buckets, account.tier, from, cost, this.#tokenMillis)
  }

  #at(nowMillis: number): State {
    const agent = this.#agent
    // The agent's own calls must not make the agent act again.
    if (agent !== undefined && !this.#isAgentActing && agent.nextMillis() <= nowMillis) {
      this.#isAgentActing = true
      try {
        agent.actUntil(nowMillis)
      } finally {
        this.#isAgentActing = false
      }
    }
    advance(this.#state, nowMillis)
    this.#log.deliver()
    return this.#state
  }

  #catchUp(lagging: State, nowMillis: number): void {
    const until = nowMillis - this.assumptions.readLagMillis
    let executed = 0
    for (const { atMillis, command } of this.#delayed) {
      if (atMillis > until) {
        break
      }
      advance(lagging, atMillis)
      execute(lagging, command)
      executed++
    }
    this.#delayed.splice(0, executed)
    advance(lagging, until)
  }
}
