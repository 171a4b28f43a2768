/**
 * Helpers for tests of commands that trade.
 *
 * @module
 */
import { existsSync, readdirSync, readFileSync, writeFileSync, mkdirSync } from "node:fs"
import { join } from "node:path"
import * as Effect from "effect/Effect"
import { type Exchange, LocalExchange } from "./exchange.ts"
import * as Result from "effect/Result"
import type { Options, Result as RunResult } from "./cli.ts"

/** An order at the exchange: prices in ten-thousandths of a dollar, counts in hundredths of a contract. */
export interface PlacedOrder {
  readonly orderId: string
  readonly clientOrderId: string | undefined
  readonly side: "bid" | "ask"
  readonly price: number
  readonly initialCount: number
  readonly fillCount: number
  readonly remainingCount: number
  readonly status: string
}

/** The tests check the fields of the parsed JSON. */
type Json = ReturnType<typeof JSON.parse>

export interface Trading extends Exchange {
  readonly ticker: string
  /** The orders of the account in the market, read from the exchange, newest first. */
  readonly orders: Effect.Effect<ReadonlyArray<PlacedOrder>>
  readonly pendingFiles: () => ReadonlyArray<string>
  readonly json: (args: ReadonlyArray<string>, options?: Options) => Effect.Effect<RunResult & { readonly value: Json }>
}

export const pendingFolder = ({ env }: Pick<Exchange, "env">): string => join(env["KALSHI_STATE_DIR"]!, "pending")

/** Writes the record that a killed command leaves. */
export const writePending = (exchange: Exchange, record: Readonly<Record<string, unknown>>): void => {
  const folder = pendingFolder(exchange)
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, `${String(record["client_order_id"])}.json`), JSON.stringify(record))
}

export const readPending = (exchange: Exchange, id: string): unknown =>
  JSON.parse(readFileSync(join(pendingFolder(exchange), `${id}.json`), "utf8"))

export const trading = (ticker: string) =>
  Effect.gen(function* () {
    const exchange = yield* LocalExchange
    yield* exchange.sandbox.createMarket({ ticker, openMillis: Date.now() - 60_000 }).pipe(Effect.orDie)
    const folder = pendingFolder(exchange)
    return {
      ...exchange,
      ticker,
      orders: Effect.map(
        exchange.sandbox.view,
        (view) => Result.getOrThrow(view.listOrders(exchange.account.accountId, { ticker, limit: 100 })).items
      ),
      pendingFiles: () => (existsSync(folder) ? readdirSync(folder) : []),
      json: (args: ReadonlyArray<string>, options?: Options) =>
        Effect.map(exchange.run([...args, "--json"], options), (result) => ({
          ...result,
          value: result.stdout === "" ? undefined : JSON.parse(result.stdout)
        }))
    } satisfies Trading
  })
