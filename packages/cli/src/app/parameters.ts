/**
 * Parameters that several commands accept: durations and ports.
 *
 * @module
 */
import * as Flag from "effect/cli/Flag"

const unitMillis: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 }

/** The milliseconds of a duration such as `90s`, `5m` or `1h`. */
export const parseDuration = (text: string): number | undefined => {
  const [, number, unit = ""] = /^(\d+(?:\.\d+)?)(ms|s|m|h|d)$/.exec(text) ?? []
  const millis = number === undefined ? 0 : Math.round(Number(number) * (unitMillis[unit] ?? 0))
  return millis >= 1 && Number.isSafeInteger(millis) ? millis : undefined
}

export const portFlag = (description: string): Flag.Flag<number> =>
  Flag.Int("port").pipe(
    Flag.withDescription(description),
    Flag.filter(
      (port) => port >= 0 && port <= 65_535,
      () => "a port from 0 to 65535"
    )
  )
