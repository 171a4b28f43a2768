/**
 * A process that places orders from several fibers. The journal records each order before its first attempt and after
 * its outcome. At the beginning and at the end, the process settles orders without an outcome or with the outcome
 * `Unknown`.
 */
import { randomUUID } from "node:crypto"
import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import * as Environment from "@kalshi-effect/client/Environment"
import * as Kalshi from "@kalshi-effect/client/Kalshi"
import * as Orders from "@kalshi-effect/client/Orders"
import * as ApiKey from "@kalshi-effect/signing/ApiKey"
import * as Signer from "@kalshi-effect/signing/Signer"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"
import * as journal from "./journal.ts"

export interface Setting {
  readonly url: string
  readonly ticker: string
  readonly keyId: string
  readonly privateKey: string
  readonly journal: string
  readonly intents: number
  readonly fibers: number
  readonly attemptMillis: number
  readonly settleWithinMillis: number
}

const setting = await new Promise<Setting>((resolve) =>
  process.once("message", (message) => resolve(message as Setting))
) // the parent sends a `Setting`

process.on("disconnect", () => process.exit(1))

const { ticker } = setting

/** Most orders rest. One in ten is canceled immediately, and one in ten is refused. */
const intentOf = (number: number, client_order_id: string): Orders.OrderIntent => {
  const common = { ticker, client_order_id, exchange_index: 0 } as const
  const cents = 1 + (number % 40)
  const price = `0.${String(cents).padStart(2, "0")}` as `${number}` // `cents` has two digits
  switch (number % 10) {
    case 0:
      return Orders.buyYes({ ...common, count: "1", yes_price: `${price}5` as `${number}` }) // off the price grid, so refused
    case 1:
      return Orders.buyNo({ ...common, count: "1", no_price: price, time_in_force: "immediate_or_cancel" })
    case 2:
    case 3:
    case 4:
      return Orders.buyNo({ ...common, count: "1", no_price: price })
    default:
      return Orders.buyYes({ ...common, count: "1", yes_price: price })
  }
}

let outcomes = 0

const end = (ended: journal.Ended): void => {
  journal.write(setting.journal, { ended })
  outcomes++
  if (outcomes % 50 === 0) process.send?.(outcomes)
}

const placementOf = ({ error: _error, mismatch: _mismatch, ...placement }: Orders.Unknown): Orders.Placement =>
  placement

const endWith = (outcome: Orders.Outcome | Orders.Settlement): void =>
  end({
    client_order_id: outcome.client_order_id,
    tag: outcome._tag,
    order_id: outcome._tag === "Accepted" ? outcome.order_id : undefined,
    learned: outcome._tag === "Accepted" ? outcome.source : undefined,
    placement: outcome._tag === "Unknown" ? placementOf(outcome) : undefined
  })

const placeOne = (number: number) =>
  Effect.gen(function* () {
    const client_order_id = randomUUID()
    const placedAtMillis = yield* Clock.currentTimeMillis
    journal.write(setting.journal, { begun: { client_order_id, ticker, placedAtMillis, number } })
    const outcome = yield* Effect.result(Orders.place(intentOf(number, client_order_id)))
    if (Result.isSuccess(outcome)) endWith(outcome.success)
    else end({ client_order_id, tag: "NothingSent" })
  })

const settleOpen = Effect.gen(function* () {
  const open = [...journal.read(setting.journal).values()].filter(
    ({ ended }) => ended === undefined || ended.tag === "Unknown"
  )
  const settled = yield* Orders.settleAll(
    open.map(({ begun, ended }) => ended?.placement ?? begun),
    { within: setting.settleWithinMillis }
  )
  for (const settlement of settled) endWith(settlement)
})

const program = Effect.gen(function* () {
  yield* settleOpen
  const begun = new Set(Array.from(journal.read(setting.journal).values(), ({ begun }) => begun.number))
  const left = Array.from({ length: setting.intents }, (_, number) => number).filter((number) => !begun.has(number))
  yield* Effect.forEach(left, placeOne, { concurrency: setting.fibers, discard: true })
  yield* settleOpen
})

const { keyId, privateKey } = setting
const apiKey = await Effect.runPromise(ApiKey.fromPem({ keyId, privateKey: Redacted.make(privateKey) }))
const kalshi = Kalshi.layer({
  environment: Result.getOrThrow(Environment.fromUrl(setting.url)),
  signer: Signer.fromApiKey(apiKey),
  limits: false,
  policy: { attemptTimeout: setting.attemptMillis }
})
await Effect.runPromise(program.pipe(Effect.provide(Layer.provide(kalshi, NodeHttpClient.layerUndici))))
process.exit()
