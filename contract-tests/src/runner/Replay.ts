/**
 * Runs properties with known seeds. A failure prints a line that reproduces the failure.
 *
 * @module
 */
import * as fc from "fast-check"

/** Fixed, so that runs are reproducible. */
export const defaultSeed = 20_261_009

export interface Replay {
  /** Example: `P1`. */
  readonly property: string
  /** Example: an operation and a status. */
  readonly target: string
  readonly seed: number
  /** fast-check's path to the shrunk counterexample. If empty, the replay runs all cases. */
  readonly path: string
}

export class InvalidToken extends Error {
  override readonly name = "InvalidToken"
  constructor(token: string) {
    super(`not a replay token: ${JSON.stringify(token.length > 80 ? `${token.slice(0, 80)}…` : token)}`)
  }
}

export class InvalidSeed extends Error {
  override readonly name = "InvalidSeed"
  constructor(text: string) {
    super(`KALSHI_CONTRACT_SEED must be a 32-bit integer, not ${JSON.stringify(text)}`)
  }
}

const isSeed = (value: unknown): value is number => typeof value === "number" && (value | 0) === value

/** Encodes a replay as base64url: one word, safe in a shell and in a URL. */
export const token = ({ path, property, seed, target }: Replay): string =>
  Buffer.from(JSON.stringify([property, target, seed, path]), "utf8").toString("base64url")

/**
 * Decodes a token.
 *
 * @throws `InvalidToken` for any other string.
 */
export const parse = (text: string): Replay => {
  const read = (): unknown => {
    try {
      return JSON.parse(Buffer.from(text, "base64url").toString("utf8"))
    } catch {
      return undefined
    }
  }
  const fields = read()
  if (!Array.isArray(fields) || fields.length !== 4) throw new InvalidToken(text)
  const [property, target, seed, path]: ReadonlyArray<unknown> = fields
  if (typeof property !== "string" || typeof target !== "string" || typeof path !== "string" || !isSeed(seed)) {
    throw new InvalidToken(text)
  }
  const replay = { property, target, seed, path }
  // Base64 decoding ignores invalid characters, but each replay has only one token.
  if (!/^[0-9:]*$/.test(path) || token(replay) !== text) throw new InvalidToken(text)
  return replay
}

export const lineOf = (text: string): string => `REPLAY kalshi-contract replay ${text}`

export const line = (replay: Replay): string => lineOf(token(replay))

/**
 * The value of `KALSHI_CONTRACT_SEED`. Default: a constant.
 *
 * @throws `InvalidSeed` for a value that is not a 32-bit integer.
 */
export const seedFrom = (environment: Readonly<Record<string, string | undefined>> = process.env): number => {
  const text = environment["KALSHI_CONTRACT_SEED"]
  if (text === undefined || text === "") return defaultSeed
  const seed = /^-?[0-9]+$/.test(text) ? Number(text) : undefined
  if (!isSeed(seed)) throw new InvalidSeed(text)
  return seed
}

export interface Options {
  /** The number of cases. Default: 100. */
  readonly numRuns?: number
  /** Default: `KALSHI_CONTRACT_SEED`, or a constant if the variable is not set. */
  readonly seed?: number
  /** The counterexample to start from, in the format of `fc.check`. */
  readonly path?: string
  /** Default: empty. */
  readonly target?: string
}

const maxLength = 4000

const shorten = (text: string): string =>
  text.length > maxLength ? `${text.slice(0, maxLength)}… (${text.length} characters)` : text

/** The report of a failed run. Its last line replays the failure. Undefined if the run passed. */
export const failureOf = <Ts>(name: string, details: fc.RunDetails<Ts>, target = ""): string | undefined => {
  if (!details.failed) return undefined
  const thrown = details.errorInstance
  const replay = { property: name, target, seed: details.seed, path: details.counterexamplePath ?? "" }
  const reason =
    details.counterexample === null
      ? `gave up after ${details.numSkips} values that a precondition rejected`
      : thrown instanceof Error
        ? thrown.message
        : details.errorInstance === undefined
          ? "returned false"
          : String(thrown)
  return [
    `${name} fails${target === "" ? "" : ` for ${target}`} (run ${details.numRuns}, ${details.numShrinks} shrinks)`,
    ...(details.counterexample === null ? [] : [`counterexample: ${shorten(fc.stringify(details.counterexample))}`]),
    `because: ${shorten(reason)}`,
    line(replay)
  ].join("\n")
}

const parametersOf = <Ts>(name: string, options: Options): fc.Parameters<Ts> => {
  const replayToken = process.env["KALSHI_CONTRACT_REPLAY"]
  const replay = replayToken === undefined || replayToken === "" ? undefined : parse(replayToken)
  const replayed = replay?.property === name && replay.target === (options.target ?? "") ? replay : undefined
  const path = replayed?.path ?? options.path
  return {
    numRuns: options.numRuns ?? 100,
    seed: replayed?.seed ?? options.seed ?? seedFrom(),
    ...(path === undefined || path === "" ? {} : { path })
  }
}

const raise = (failure: string | undefined): void => {
  if (failure !== undefined) throw new Error(failure)
}

/**
 * Throws the shrunk counterexample and a replay line if the property fails. If `KALSHI_CONTRACT_REPLAY` is the token of
 * a failure, the property with the token's name and target starts at the counterexample.
 *
 * **Example** (In a test)
 *
 * ```ts
 * it("sorts", () => assertProperty("sorted", fc.property(fc.array(fc.nat()), isSorted)))
 * ```
 */
export function assertProperty<Ts>(name: string, property: fc.IAsyncProperty<Ts>, options?: Options): Promise<void>
export function assertProperty<Ts>(name: string, property: fc.IProperty<Ts>, options?: Options): void
export function assertProperty<Ts>(
  name: string,
  property: fc.IRawProperty<Ts>,
  options: Options = {}
): void | Promise<void> {
  // `fc.check` returns a promise only for an asynchronous property, but its type does not show this.
  const checked = fc.check(property, parametersOf<Ts>(name, options)) as fc.RunDetails<Ts> | Promise<fc.RunDetails<Ts>>
  const judge = (details: fc.RunDetails<Ts>): void => raise(failureOf(name, details, options.target))
  return checked instanceof Promise ? checked.then(judge) : judge(checked)
}
