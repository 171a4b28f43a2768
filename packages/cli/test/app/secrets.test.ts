import { createServer, type Server } from "node:http"
import type { AddressInfo } from "node:net"
import { generateKeyPairSync } from "node:crypto"
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, assert, beforeAll, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { kalshi } from "../support/cli.ts"

const folder = mkdtempSync(join(tmpdir(), "kalshi-secrets-"))
// The test searches the outputs for the start of each line of the key. An RSA key has many long lines.
const pem = generateKeyPairSync("rsa", { modulusLength: 2048 })
  .privateKey.export({ type: "pkcs8", format: "pem" })
  .toString()
const keyFile = join(folder, "key.pem")
writeFileSync(keyFile, pem, { mode: 0o600 })

const signatures = new Set<string>()

/** The responses of a server that repeats the signature of a request. */
const responses: ReadonlyArray<readonly [status: number, body: (echo: string) => string]> = [
  [200, (echo) => `{"balance":"${echo}"}`],
  [200, (echo) => `<html>${echo}</html>`],
  [200, (echo) => `{"error":{"message":"${echo}"}}`],
  [400, (echo) => `{"error":{"code":"${echo}","message":"${echo}","details":"${echo}"}}`],
  [401, (echo) => `{"code":"a","message":"signature ${echo} is wrong"}`],
  [403, (echo) => echo],
  [409, (echo) => `{"message":"${echo}"}`],
  [418, (echo) => `{"message":"${echo}"}`]
]

let server: Server
let url: string
let served = 0

beforeAll(async () => {
  server = createServer((request, response) => {
    const signature = String(request.headers["kalshi-access-signature"] ?? "")
    if (signature !== "") signatures.add(signature)
    const [status, body] = responses[served++ % responses.length]!
    response.writeHead(status, { "content-type": "application/json" }).end(body(signature))
  })
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})

afterAll(async () => {
  await new Promise((resolve) => server.close(resolve))
  rmSync(folder, { recursive: true, force: true })
})

const signing: ReadonlyArray<ReadonlyArray<string>> = [
  ["call", "Portfolio.balance"],
  ["call", "OrderGroups.create", "contracts_limit=5", "--yes"]
]

/** Commands that handle a key file, and mistakes that put a private key into the command line. */
const handling: ReadonlyArray<ReadonlyArray<string>> = [
  ["keys", "check", keyFile],
  ["profile", "add", "a", "--env", "demo", "--key-id", "a", "--key-file", keyFile, "--replace"],
  ["profile", "show", "a"],
  ["profile", "add", "a", "--env", "demo", "--key-id", pem, "--key-file", keyFile],
  ["profile", "add", "a", "--env", "demo", `--key-id=${pem}`, "--key-file", keyFile],
  ["profile", "add", "a", "--env", "demo", "--key-id", "a", `--key-file=${pem}`],
  ["keys", "check", pem],
  ["keys", pem],
  [`x${pem}`],
  ["call", `x ${pem}`],
  ["call", "Portfolio.balance", `--env=${pem}`],
  ["call", "Portfolio.balance", `x${pem}=1`],
  ["call", "Markets.list", `limit=${pem}`],
  ["call", "ApiKeys.create", "name=a", `public_key=@${keyFile}`, "--dry-run"],
  ["call", "ApiKeys.create", "name=a", `public_key=${pem}`, "--yes"]
]

const keys: ReadonlyArray<Readonly<Record<string, string>>> = [
  { KALSHI_PRIVATE_KEY: pem },
  { KALSHI_PRIVATE_KEY: pem.replaceAll("\n", String.raw`\n`) },
  { KALSHI_PRIVATE_KEY_PATH: keyFile },
  { KALSHI_PRIVATE_KEY_PATH: pem },
  { KALSHI_PRIVATE_KEY: pem.slice(0, -40) }
]

describe("the outputs of the command", () => {
  it.live("contain no part of a private key or a signature", () =>
    Effect.gen(function* () {
      const secrets = pem.split("\n").filter((line) => line !== "" && !line.startsWith("-----"))
      const outputs: Array<readonly [command: string, output: string]> = []
      const runs = [
        ...keys.flatMap((key) => signing.map((args) => ({ key, args }))),
        ...handling.map((args) => ({ key: keys[0], args }))
      ]
      for (const { args, key } of runs) {
        for (const format of [[], ["--json", "--debug"]]) {
          const folders = { KALSHI_CONFIG_DIR: join(folder, "config") }
          const env = { KALSHI_ENV: url, KALSHI_API_KEY_ID: "some-id", ...folders, ...key }
          const { stderr, stdout } = yield* kalshi([...args, ...format], { env })
          outputs.push([[...args, ...format].join(" ").replaceAll(pem, "PEM"), stdout + stderr])
        }
      }
      assert.isAtLeast(signatures.size, 8)
      for (const [command, output] of outputs) {
        assert.notStrictEqual(output, "", command)
        for (const secret of [...secrets, ...signatures]) {
          assert.isFalse(output.includes(secret.slice(0, 24)), `${command}: ${output.slice(0, 300)}`)
        }
      }
    })
  )
})
