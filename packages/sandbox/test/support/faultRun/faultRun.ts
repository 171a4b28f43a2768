/**
 * Places orders through a proxy that breaks connections. There are three processes: the client, the exchange, and this
 * process, which contains the proxy.
 */
import { fork } from "node:child_process"
import { once } from "node:events"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import type { Served } from "../../../bench/exchangeServer.ts"
import type { Setting } from "./client.ts"
import * as journal from "./journal.ts"
import { type FaultProxy, startFaultProxy } from "./proxy.ts"

export interface Options {
  readonly intents: number
  readonly fibers: number
  /** The share of requests with a fault. */
  readonly share: number
  readonly seed: number
  /** Kills the client after half of the outcomes, and continues with another client. */
  readonly kill: boolean
  readonly readLagMillis: number
  /** The time limit of one attempt of the client. */
  readonly attemptMillis: number
  readonly settleWithinMillis: number
}

export interface Figures {
  readonly seconds: number
  readonly counts: FaultProxy["counts"]
  /** The number of intents by their final outcomes. */
  readonly outcomes: Readonly<Record<string, number>>
  /** The number of accepted orders by the source of their `order_id`. */
  readonly learned: Readonly<Record<string, number>>
  readonly orders: number
  /** The number of intents that had no outcome when the client was killed. */
  readonly openAtKill: number | undefined
  /** The differences between the outcomes and the orders. */
  readonly faults: ReadonlyArray<string>
  /** The number of intents that are still `Unknown` and have no order. */
  readonly unsettled: number
}

const start = (file: URL, ...args: ReadonlyArray<string>) => fork(fileURLToPath(file), args, { execArgv: [] })

interface Dump {
  readonly accounts: ReadonlyArray<{
    readonly orders: ReadonlyArray<{ readonly clientOrderId?: string; readonly orderId: string }>
  }>
}

export const run = async (options: Options): Promise<Figures> => {
  const folder = mkdtempSync(join(tmpdir(), "kalshi-faults-"))
  const path = join(folder, "journal.jsonl")
  const exchange = start(
    new URL("../../../bench/exchangeServer.ts", import.meta.url),
    "unmetered",
    "0",
    String(options.readLagMillis)
  )
  const [served] = (await once(exchange, "message")) as [Served] // the server's first message
  const proxy = await startFaultProxy(new URL(served.url), options.share, options.seed)
  const began = performance.now()
  try {
    const { keyId, privateKey } = served.keys.find(({ kind }) => kind === "ed25519")!
    const setting: Setting = {
      url: proxy.url,
      ticker: served.ticker,
      keyId,
      privateKey,
      journal: path,
      intents: options.intents,
      fibers: options.fibers,
      attemptMillis: options.attemptMillis,
      settleWithinMillis: options.settleWithinMillis
    }
    /** Kills the client after a number of outcomes. Returns whether it was killed. */
    const client = async (killAt: number | undefined): Promise<boolean> => {
      const child = start(new URL("client.ts", import.meta.url))
      let killed = false
      child.on("message", (outcomes) => {
        if (killAt !== undefined && Number(outcomes) >= killAt) killed = child.kill("SIGKILL")
      })
      child.send(setting)
      const [code] = (await once(child, "exit")) as [number | null]
      if (code !== 0 && !killed) throw new Error(`the client ended with exit code ${code}`)
      return killed
    }
    let openAtKill: number | undefined
    if (options.kill && (await client(options.intents / 2))) {
      openAtKill = [...journal.read(path).values()].filter(({ ended }) => ended === undefined).length
    }
    if (!options.kill || openAtKill !== undefined) await client(undefined)
    const dump = (await (await fetch(`${served.url}/sandbox/dump`)).json()) as Dump // the dump contains accounts with their orders
    return {
      ...compare(options.intents, journal.read(path), dump),
      seconds: (performance.now() - began) / 1_000,
      counts: proxy.counts,
      openAtKill
    }
  } finally {
    await proxy.close()
    exchange.disconnect()
    rmSync(folder, { recursive: true, force: true })
  }
}

const tally = (values: Iterable<string | undefined>): Record<string, number> => {
  const counts: Record<string, number> = {}
  for (const value of values) if (value !== undefined) counts[value] = (counts[value] ?? 0) + 1
  return counts
}

const compare = (intents: number, entries: ReturnType<typeof journal.read>, { accounts }: Dump) => {
  const faults: Array<string> = []
  const orders = accounts.flatMap((account) => account.orders)
  const byId = new Map<string | undefined, Array<(typeof orders)[number]>>()
  for (const order of orders) byId.set(order.clientOrderId, [...(byId.get(order.clientOrderId) ?? []), order])
  for (const [id, same] of byId) {
    if (id === undefined || !entries.has(id)) faults.push(`an order was placed under ${id}, which no intent has`)
    if (same.length > 1) faults.push(`${same.length} orders were placed under ${id}`)
  }
  const numbers = tally(Array.from(entries.values(), ({ begun }) => String(begun.number)))
  const placedTwice = Object.values(numbers).filter((times) => times > 1).length
  if (placedTwice > 0) faults.push(`${placedTwice} intents were begun twice`)
  if (entries.size !== intents) faults.push(`${entries.size} of ${intents} intents were begun`)
  let unsettled = 0
  for (const [id, { ended }] of entries) {
    const order = byId.get(id)?.[0]
    if (ended === undefined) {
      faults.push(`the outcome of ${id} is lost`)
      continue
    }
    switch (ended.tag) {
      case "Accepted":
        if (order?.orderId !== ended.order_id) {
          faults.push(`${id} was accepted as ${ended.order_id}, and the exchange has ${order?.orderId}`)
        }
        break
      case "Unknown":
        if (order === undefined) unsettled++
        else faults.push(`${id} is unknown, and the exchange has ${order.orderId}`)
        break
      default:
        if (order !== undefined) faults.push(`${id} is ${ended.tag}, and the exchange has ${order.orderId}`)
    }
  }
  return {
    outcomes: tally(Array.from(entries.values(), ({ ended }) => ended?.tag)),
    learned: tally(Array.from(entries.values(), ({ ended }) => ended?.learned)),
    orders: orders.length,
    faults,
    unsettled
  }
}
