import * as fs from "node:fs"
import { fileURLToPath } from "node:url"

const folder = new URL("../../../fixtures/signing/", import.meta.url)

export const fixture = (name: string): string => fs.readFileSync(new URL(name, folder), "utf8")

export const fixturePath = (name: string): string => fileURLToPath(new URL(name, folder))

const json = <A>(name: string): A => JSON.parse(fixture(name)) as A

export interface Vector {
  readonly key: "rsa-2048" | "rsa-3072" | "ed25519"
  readonly text: string
  readonly signature: string
  readonly because?: string
}

export const vectors = json<{
  readonly messages: ReadonlyArray<{
    readonly timestampMillis: number
    readonly method: string
    readonly path: string
    readonly text: string
  }>
  readonly good: ReadonlyArray<Vector>
  readonly bad: ReadonlyArray<Vector>
}>("vectors.json")

export const refused = json<ReadonlyArray<{ readonly file: string; readonly reason: string }>>("refused.json")

export const jwk = (name: string): JsonWebKey => json<JsonWebKey>(`keys/${name}.jwk.json`)

export const keyId = "a952bcbe-ec3b-4b5b-b8f9-11dae589608c"

/**
 * One seed for all properties, so that failures are reproducible. If a property fails, fast-check prints the path of
 * the counterexample.
 */
export const seed = 20_261_001
