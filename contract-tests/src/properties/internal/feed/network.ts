/**
 * The network between client and exchange: makes WebSockets that hold, change, lose and add frames.
 *
 * @module
 */
import * as Effect from "effect/Effect"
import * as Scheduler from "effect/Scheduler"
import type * as Scope from "effect/Scope"
import type * as Socket from "effect/socket/Socket"
import type { CommandFault, DialFault } from "./faults.ts"
import { type Around, type Behaviour, Link } from "./link.ts"

type MakeWebSocket = Socket.WebSocketConstructor["Service"]

export class Network implements Around {
  /** Oldest first. */
  readonly links: Array<Link> = []
  /** The faults of the next dials. */
  dials: Array<DialFault> = []
  /** The faults of the next commands. */
  commands: Array<CommandFault> = []
  /**
   * Whether a connection was changed over (replaced while open). For a moment, the old and the new connection then have
   * the same subscriptions.
   */
  hasChangedOver = false
  /** Whether a frame was disturbed. A change-over can then hide a loss that the next frame would have revealed. */
  isDisturbed = false
  /** The number of sessions, each of which may have one handshake in flight. */
  maxDials = 1
  onDelivered: (isPartial: boolean) => void = () => {}
  onViolation: (reason: string) => void = () => {}
  onCommand: (name: string) => void = () => {}
  readonly behaviour: Behaviour
  readonly soon: Around["soon"]
  readonly after: Around["after"]
  readonly #make: MakeWebSocket

  constructor(make: MakeWebSocket, { after, soon }: Pick<Around, "after" | "soon">, behaviour: Behaviour) {
    this.#make = make
    this.after = after
    this.soon = soon
    this.behaviour = behaviour
  }

  readonly make: MakeWebSocket = (url, options) => {
    const link = new Link(this, this.dials.shift(), () => this.#make(url, options))
    if (this.hasChangedOver) link.isClean = false
    this.links.push(link)
    const dials = this.links.filter(({ isDialing }) => isDialing).length
    if (dials > this.maxDials) this.onViolation(`${dials} handshakes are in flight`)
    return link
  }

  readonly onDisturbed = (): void => {
    this.isDisturbed = true
  }

  readonly takeCommandFault = (): CommandFault | undefined => this.commands.shift()

  get open(): ReadonlyArray<Link> {
    return this.links.filter(({ isOpen }) => isOpen)
  }

  /** Ends all faults, but does not revive dead connections. */
  calm(): void {
    this.dials = []
    this.commands = []
    for (const link of this.links) link.calm()
  }
}

/** Makes a network. Its delayed tasks end when the scope closes. */
export const make = (inner: MakeWebSocket, behaviour: Behaviour): Effect.Effect<Network, never, Scope.Scope> =>
  Effect.gen(function* () {
    const dispatcher = (yield* Scheduler.Scheduler).makeDispatcher()
    const scope = yield* Effect.scope
    const run = Effect.runForkWith(yield* Effect.context<never>())
    return new Network(
      inner,
      {
        soon: (task) => dispatcher.scheduleTask(task, 0),
        after: (millis, task) => void run(Effect.forkIn(Effect.delay(Effect.sync(task), millis), scope))
      },
      behaviour
    )
  })
