import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs"
import { createHash, createPrivateKey, createPublicKey, generateKeyPairSync } from "node:crypto"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { kalshi, type Options } from "../support/cli.ts"

const folder = mkdtempSync(join(tmpdir(), "kalshi-keys-"))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const run = (args: ReadonlyArray<string>, options: Options = {}) =>
  kalshi(args, { ...options, env: { KALSHI_CONFIG_DIR: join(folder, "config"), ...options.env } })

const write = (name: string, text: string | Buffer, mode = 0o600): string => {
  const path = join(folder, name)
  writeFileSync(path, text, { mode })
  chmodSync(path, mode)
  return path
}

const { privateKey, publicKey } = generateKeyPairSync("ed25519")
const pem = privateKey.export({ type: "pkcs8", format: "pem" }).toString()
const shortRsa = generateKeyPairSync("rsa", { modulusLength: 1024 }).privateKey
const rsa = generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey

const secretLines = (text: string): ReadonlyArray<string> =>
  text.split("\n").filter((line) => /^[\w+/=]{16,}$/.test(line))

describe("kalshi keys check", () => {
  it.effect("shows a key's kind, size, public fingerprint and file mode", () =>
    Effect.gen(function* () {
      const path = write("good.pem", pem)
      const der = publicKey.export({ type: "spki", format: "der" })
      const fingerprint = `SHA256:${createHash("sha256").update(der).digest("base64")}`
      const human = yield* run(["keys", "check", path])
      assert.strictEqual(
        human.stdout,
        `file         ${path}\nkind         Ed25519\nbits         256\nfingerprint  ${fingerprint}\nmode         0600\n`
      )
      const { code, stdout } = yield* run(["keys", "check", path, "--json"])
      assert.strictEqual(code, 0)
      assert.deepStrictEqual(JSON.parse(stdout), {
        file: path,
        kind: "ed25519",
        bits: 256,
        fingerprint,
        mode: "0600",
        public_key: publicKey.export({ type: "spki", format: "pem" }),
        usable: true
      })
    })
  )

  it.effect("reads the size of an RSA key", () =>
    Effect.gen(function* () {
      const path = write("rsa.pem", rsa.export({ type: "pkcs1", format: "pem" }))
      const { stdout } = yield* run(["keys", "check", path, "--json"])
      assert.deepInclude(JSON.parse(stdout), { kind: "rsa", bits: 2048 })
    })
  )

  it.effect("says how to repair the mode of a key that others can read", () =>
    Effect.gen(function* () {
      const path = write("open key.pem", pem, 0o640)
      const { code, stderr, stdout } = yield* run(["keys", "check", path])
      assert.strictEqual(code, 4)
      assert.include(stdout, "mode         0640")
      assert.include(stderr, `is open to other users (mode 0640). Run: chmod 600 '${path}'`)
    })
  )

  const bad: ReadonlyArray<
    readonly [what: string, name: string, content: string | Buffer | undefined, message: RegExp]
  > = [
    [
      "a file that does not exist",
      "missing.pem",
      undefined,
      /The file "[^"]*missing\.pem" does not exist\. Check the path/
    ],
    ["a public key", "public.pem", publicKey.export({ type: "spki", format: "pem" }), /This is a public key/],
    ["an RSA key that is too short", "short.pem", shortRsa.export({ type: "pkcs8", format: "pem" }), /has 1024 bits/],
    ["a key without its end", "cut.pem", pem.slice(0, 60), /is truncated/],
    ["an empty file", "empty.pem", "", /The key is empty/],
    ["a text", "text.pem", "hello world", /contains no PEM block/],
    ["a path", "path.pem", "/home/me/key.pem", /contains the path of a file, not a key. Pass that path instead/],
    ["JSON", "json.pem", '{"kty":"OKP"}', /contains JSON, not PEM/]
  ]
  for (const [what, name, content, message] of bad) {
    it.effect(`explains what is wrong with ${what}, with exit code 4`, () =>
      Effect.gen(function* () {
        const path = content === undefined ? join(folder, name) : write(name, content)
        const { exit, stderr, stdout } = yield* run(["keys", "check", path])
        assert.strictEqual(exit, "key")
        assert.match(stderr, message)
        assert.notMatch(stderr, /ApiKey\.|KALSHI_PRIVATE_KEY/)
        for (const line of secretLines(String(content))) assert.notInclude(stdout + stderr, line)
      })
    )
  }
})

describe("kalshi keys new", () => {
  for (const kind of ["ed25519", "rsa"] as const) {
    it.effect(`writes an ${kind} key that only its owner can read, and prints only the public key`, () =>
      Effect.gen(function* () {
        const path = join(folder, `new-${kind}.pem`)
        const { stderr, stdout } = yield* run(["keys", "new", "--kind", kind, "--out", path])
        assert.strictEqual(statSync(path).mode & 0o777, 0o600)
        const text = readFileSync(path, "utf8")
        const created = createPublicKey(createPrivateKey(text))
        assert.strictEqual(created.asymmetricKeyType, kind)
        assert.strictEqual(stdout, created.export({ type: "spki", format: "pem" }))
        for (const line of secretLines(text)) assert.notInclude(stdout + stderr, line)
        assert.include(stderr, `kalshi profile add NAME --env demo --key-id ID --key-file ${path}`)
        const checked = yield* run(["keys", "check", path])
        assert.strictEqual(checked.exit, "done")
      })
    )
  }

  it.effect("never replaces a file", () =>
    Effect.gen(function* () {
      const path = write("mine.pem", "mine")
      const { exit, stderr } = yield* run(["keys", "new", "--out", path])
      assert.strictEqual(exit, "usage")
      assert.include(stderr, "exists, and is not replaced")
      assert.strictEqual(readFileSync(path, "utf8"), "mine")
    })
  )

  it.effect("writes no key if it cannot print the public key", () =>
    Effect.gen(function* () {
      const path = join(folder, "csv.pem")
      const { exit, stderr } = yield* run(["keys", "new", "--out", path, "--csv"])
      assert.strictEqual(exit, "usage")
      assert.include(stderr, "--csv prints lists only")
      assert.isFalse(existsSync(path))
    })
  )

  it.effect("fails if the folder does not exist", () =>
    Effect.gen(function* () {
      const { exit, stderr } = yield* run(["keys", "new", "--out", join(folder, "nowhere", "key.pem")])
      assert.strictEqual(exit, "failed")
      assert.include(stderr, "cannot be created: NotFound")
    })
  )
})
