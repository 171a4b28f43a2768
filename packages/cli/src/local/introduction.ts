/**
 * What `kalshi demo` prints first: the addresses, and how to connect other programs.
 *
 * @module
 */
import type * as Environment from "@kalshi-effect/client/Environment"
import type { Credentials } from "@kalshi-effect/sandbox/Sandbox"
import * as Redacted from "effect/Redacted"
import * as Output from "../output/Output.ts"

export interface Demo {
  readonly account: Credentials
  readonly environment: Environment.Environment
  /** The address of the exchange's web page. */
  readonly page: string
  /** The tickers of the markets that the introduction names. */
  readonly tickers: ReadonlyArray<string>
  readonly url: string
}

/** The variables for an account. The key can be printed, because a local exchange has no real money. */
export const accountLines = ({ keyId, privateKey }: Credentials): Readonly<Record<string, string>> => ({
  KALSHI_API_KEY_ID: keyId,
  KALSHI_PRIVATE_KEY: Redacted.value(privateKey)
    .trim()
    .replaceAll("\n", String.raw`\n`)
})

export const introduction = ({ account, page, tickers, url }: Demo, format: Output.Format) => {
  const variables = { KALSHI_ENV: url, ...accountLines(account) }
  if (format === "json") {
    return Output.line(JSON.stringify({ type: "started", url, page, markets: tickers, env: variables }))
  }
  return Output.line(
    [
      `A local exchange with simulated traders runs at ${url}. It has no real money.`,
      `Its page: ${page}`,
      "To use its account in another shell:",
      ...Object.entries(variables).map(([name, value]) => `  export ${name}='${value}'`),
      `  kalshi watch book ${tickers.join(" ")}`,
      ""
    ].join("\n")
  )
}
