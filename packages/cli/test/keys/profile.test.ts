import {
  chmodSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync
} from "node:fs"
import { generateKeyPairSync } from "node:crypto"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, assert, describe, it, layer } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as TestClock from "effect/testing/TestClock"
import { setImmediate } from "node:timers/promises"
import { kalshi } from "../support/cli.ts"
import { layer as exchange, LocalExchange } from "../support/exchange.ts"

const root = mkdtempSync(join(tmpdir(), "kalshi-profile-"))
afterAll(() => rmSync(root, { recursive: true, force: true }))

const keyId = "4d863ab5-9e57-4dd5-8223-6ddfd4db6f69"
const pem = generateKeyPairSync("ed25519").privateKey.export({ type: "pkcs8", format: "pem" }).toString()
const keyFile = join(root, "key.pem")
writeFileSync(keyFile, pem, { mode: 0o600 })
const openKey = join(root, "open.pem")
writeFileSync(openKey, pem, { mode: 0o600 })
chmodSync(openKey, 0o644)

const user = () => {
  const config = mkdtempSync(join(root, "config-"))
  const run = (args: ReadonlyArray<string>, env: Readonly<Record<string, string>> = {}) =>
    kalshi(["profile", ...args], { env: { KALSHI_CONFIG_DIR: config, ...env } })
  return { config, file: join(config, "profiles.json"), run }
}

const withKey = ["--key-id", keyId, "--key-file", keyFile]

describe("kalshi profile", () => {
  it.effect("adds, lists, shows, uses and removes profiles", () =>
    Effect.gen(function* () {
      const { run } = user()
      assert.include((yield* run(["list"])).stdout, "There is no profile. Create one with `kalshi profile add`")
      const added = yield* run(["add", "paper", "--env", "demo", ...withKey, "--subaccount", "3"])
      assert.strictEqual(added.stdout, `The profile paper connects to demo with the key ${keyId}\n`)
      yield* run(["add", "local", "--env", "sandbox"])
      assert.strictEqual((yield* run(["use", "paper"])).exit, "done")
      const paper = { name: "paper", environment: "demo", key_id: keyId, private_key_path: keyFile, subaccount: 3 }
      assert.deepStrictEqual(JSON.parse((yield* run(["list", "--json"])).stdout), [
        { ...paper, default: true },
        { name: "local", environment: "sandbox", default: false }
      ])
      const shown = yield* run(["show"])
      assert.include(shown.stdout, "name              paper (default)")
      assert.include(shown.stdout, "key               usable")
      const removed = yield* run(["remove", "paper"])
      assert.include(removed.stderr, `The key file ${keyFile} was not deleted`)
      assert.include(removed.stderr, "It was the default profile")
      assert.deepStrictEqual(JSON.parse((yield* run(["list", "--json"])).stdout), [
        { name: "local", environment: "sandbox", default: false }
      ])
      assert.isTrue(existsSync(keyFile))
    })
  )

  it.effect("keeps the path of a key and no part of the key, in a file that only its owner can read", () =>
    Effect.gen(function* () {
      const { config, file, run } = user()
      yield* run(["add", "paper", "--env", "demo", ...withKey])
      assert.strictEqual(statSync(file).mode & 0o777, 0o600)
      assert.deepStrictEqual(JSON.parse(readFileSync(file, "utf8")), {
        profiles: { paper: { environment: "demo", keyId, privateKeyPath: keyFile } }
      })
      assert.deepStrictEqual(readdirSync(config), ["profiles.json"])
    })
  )

  it.effect("creates a folder that only its owner can use, and writes through a symbolic link", () =>
    Effect.gen(function* () {
      const { config } = user()
      const inner = join(config, "deep", "kalshi")
      const env = { KALSHI_CONFIG_DIR: inner }
      yield* kalshi(["profile", "add", "a", "--env", "demo"], { env })
      assert.strictEqual(statSync(inner).mode & 0o777, 0o700)
      const linked = user()
      symlinkSync(join(inner, "profiles.json"), linked.file)
      yield* linked.run(["add", "b", "--env", "demo"])
      assert.deepStrictEqual(Object.keys(JSON.parse(readFileSync(join(inner, "profiles.json"), "utf8")).profiles), [
        "a",
        "b"
      ])
    })
  )

  it.live("loses nothing if several runs change the profiles at the same time", () =>
    Effect.gen(function* () {
      const { config, file, run } = user()
      const names = Array.from({ length: 8 }, (_, index) => `p${index}`)
      const results = yield* Effect.forEach(names, (name) => run(["add", name, "--env", "demo"]), {
        concurrency: "unbounded"
      })
      assert.isTrue(results.every(({ exit }) => exit === "done"))
      assert.sameMembers(Object.keys(JSON.parse(readFileSync(file, "utf8")).profiles), names)
      assert.deepStrictEqual(readdirSync(config), ["profiles.json"])
    })
  )

  it.live("waits until another process releases the lock, and replaces a file that a crash left unfinished", () =>
    Effect.gen(function* () {
      const { config, file, run } = user()
      writeFileSync(`${file}.lock`, "")
      writeFileSync(`${file}.new`, "{", { mode: 0o644 })
      const release = Effect.sync(() => rmSync(`${file}.lock`)).pipe(Effect.delay(120))
      const [{ exit, stderr }] = yield* Effect.all([run(["add", "a", "--env", "demo"]), release], {
        concurrency: "unbounded"
      })
      assert.strictEqual(exit, "done", stderr)
      assert.deepStrictEqual(readdirSync(config), ["profiles.json"])
      assert.strictEqual(statSync(file).mode & 0o777, 0o600)
    })
  )

  it.effect("fails and says what to do if another process holds the lock for 5 seconds", () =>
    Effect.gen(function* () {
      const { file, run } = user()
      writeFileSync(`${file}.lock`, "")
      const running = yield* Effect.forkChild(run(["add", "a", "--env", "demo"]))
      // Between the waits, the command tries to take the lock with real file operations.
      const passing = Effect.forever(
        Effect.andThen(
          TestClock.adjust(50),
          Effect.promise(() => setImmediate())
        )
      )
      const { exit, stderr } = yield* Effect.raceFirst(Fiber.join(running), passing)
      assert.strictEqual(exit, "usage")
      assert.include(stderr, `Nothing was changed, because another process is changing the profiles`)
      assert.include(stderr, `remove ${file}.lock`)
      assert.isFalse(existsSync(file))
    })
  )

  describe("refuses", () => {
    const refusals: ReadonlyArray<readonly [what: string, args: ReadonlyArray<string>, exit: string, message: string]> =
      [
        ["a profile without an exchange", ["add", "a"], "usage", "Name the exchange of the profile: --env production"],
        ["an invalid address of an exchange", ["add", "a", "--env", "htp:/x"], "usage", "--env: "],
        [
          "an id without a key file",
          ["add", "a", "--env", "demo", "--key-id", keyId],
          "usage",
          "both --key-id and --key-file"
        ],
        [
          "an empty id",
          ["add", "a", "--env", "demo", "--key-id", "", "--key-file", keyFile],
          "key",
          "The API key id is empty"
        ],
        [
          "a key that others can read",
          ["add", "a", "--env", "demo", "--key-id", keyId, "--key-file", openKey],
          "key",
          `Run: chmod 600 ${openKey}`
        ],
        [
          "a key file that does not exist",
          ["add", "a", "--env", "demo", "--key-id", keyId, "--key-file", "/no/key.pem"],
          "key",
          'The file "/no/key.pem" does not exist'
        ],
        ["an invalid name", ["add", "__proto__", "--env", "demo"], "usage", "Choose another name"],
        ["--csv for a change", ["add", "a", "--env", "demo", "--csv"], "usage", "--csv prints lists only"],
        ["to show a profile that does not exist", ["show", "a"], "usage", 'There is no profile "a". Create it with'],
        ["to show the profile in use if no profile is in use", ["show"], "usage", "No profile is in use"],
        ["to use a profile that does not exist", ["use", "toString"], "usage", 'There is no profile "toString"'],
        ["to remove a profile that does not exist", ["remove", "a"], "usage", 'There is no profile "a"']
      ]
    for (const [what, args, exit, message] of refusals) {
      it.effect(what, () =>
        Effect.gen(function* () {
          const { file, run } = user()
          const result = yield* run(args)
          assert.strictEqual(result.exit, exit, result.stderr)
          assert.include(result.stderr, message)
          assert.isFalse(existsSync(file))
        })
      )
    }

    it.effect("to replace a profile without --replace", () =>
      Effect.gen(function* () {
        const { run } = user()
        yield* run(["add", "a", "--env", "demo"])
        const again = yield* run(["add", "a", "--env", "sandbox"])
        assert.include(again.stderr, "The profile a exists. Pass --replace")
        const replaced = yield* run(["add", "a", "--env", "sandbox", "--replace"])
        assert.strictEqual(replaced.stdout, "The profile a connects to sandbox without a key: public data only\n")
      })
    )

    it.effect("a file that other users can change", () =>
      Effect.gen(function* () {
        const { file, run } = user()
        yield* run(["add", "a", "--env", "demo"])
        chmodSync(file, 0o620)
        const { exit, stderr } = yield* run(["list"])
        assert.strictEqual(exit, "usage")
        assert.include(stderr, `Other users can change the file ${JSON.stringify(file)} (mode 0620)`)
        assert.include(stderr, `run: chmod go-w ${file}`)
      })
    )

    it.effect("a file without valid profiles", () =>
      Effect.gen(function* () {
        const { file, run } = user()
        writeFileSync(file, '{"profiles":{"a":{}}}', { mode: 0o600 })
        const { exit, stderr } = yield* run(["list"])
        assert.strictEqual(exit, "usage")
        assert.include(stderr, "does not contain valid profiles")
      })
    )
  })
})

layer(exchange(), { excludeTestServices: true })("a connection", (it) => {
  const noVariables = {
    KALSHI_ENV: "",
    KALSHI_API_KEY_ID: "",
    KALSHI_PRIVATE_KEY: "",
    KALSHI_PRIVATE_KEY_PATH: ""
  }

  it.effect("uses the exchange, the key and the subaccount of a profile", () =>
    Effect.gen(function* () {
      const { env, run, sandbox } = yield* LocalExchange
      const key = ["--key-id", env["KALSHI_API_KEY_ID"]!, "--key-file", env["KALSHI_PRIVATE_KEY_PATH"]!]
      yield* run(["profile", "add", "mine", "--env", sandbox.url, ...key])
      yield* run(["profile", "use", "mine"])
      assert.strictEqual((yield* run(["call", "Portfolio.balance"], { env: noVariables })).exit, "done")
      yield* run(["profile", "add", "third", "--env", sandbox.url, ...key, "--subaccount", "3"])
      const third = yield* run(["call", "Portfolio.balance", "--profile", "third", "--dry-run"])
      assert.include(third.stdout, "subaccount=3")
    })
  )

  it.effect("uses the subaccount of a profile only together with the key of the same profile", () =>
    Effect.gen(function* () {
      const { env, run, sandbox } = yield* LocalExchange
      const key = ["--key-id", env["KALSHI_API_KEY_ID"]!, "--key-file", env["KALSHI_PRIVATE_KEY_PATH"]!]
      yield* run(["profile", "add", "sixth", "--env", sandbox.url, ...key, "--subaccount", "6"])
      const args = ["call", "Portfolio.balance", "--dry-run"]
      const default6 = { KALSHI_PROFILE: "sixth" }
      // The key in the environment variables can belong to another account, which may use its subaccount 6 for
      // something else.
      assert.notInclude((yield* run(args, { env: default6 })).stdout, "subaccount")
      assert.include((yield* run(args, { env: { ...noVariables, ...default6 } })).stdout, "subaccount=6")
      assert.include((yield* run([...args, "--profile", "sixth"])).stdout, "subaccount=6")
    })
  )

  it.effect("ignores an empty KALSHI_PROFILE", () =>
    Effect.gen(function* () {
      const { run } = yield* LocalExchange
      yield* run(["profile", "use", "mine"])
      const { exit } = yield* run(["call", "Portfolio.balance"], { env: { ...noVariables, KALSHI_PROFILE: "" } })
      assert.strictEqual(exit, "done")
    })
  )

  it.effect("prefers --profile to the environment variables, and then does not use their key", () =>
    Effect.gen(function* () {
      const { run } = yield* LocalExchange
      yield* run(["profile", "add", "elsewhere", "--env", "http://127.0.0.1:1"])
      const read = yield* run(["call", "Exchange.status", "--profile", "elsewhere"])
      assert.include(read.stderr, "ECONNREFUSED")
      const signed = yield* run(["call", "Portfolio.balance", "--profile", "elsewhere"])
      assert.strictEqual(signed.exit, "key")
    })
  )

  it.effect("refuses to use the key of a profile at another exchange", () =>
    Effect.gen(function* () {
      const { run } = yield* LocalExchange
      const { exit, stderr } = yield* run(["call", "Portfolio.balance", "--profile", "mine", "--env", "demo"])
      assert.strictEqual(exit, "usage")
      assert.include(stderr, "The key of the profile mine is for http://127.0.0.1:")
    })
  )

  it.effect("refuses a profile's key file that others can read", () =>
    Effect.gen(function* () {
      const { env, run } = yield* LocalExchange
      chmodSync(env["KALSHI_PRIVATE_KEY_PATH"]!, 0o644)
      const { exit, stderr } = yield* run(["call", "Portfolio.balance", "--profile", "mine"])
      chmodSync(env["KALSHI_PRIVATE_KEY_PATH"]!, 0o600)
      assert.strictEqual(exit, "key")
      assert.include(stderr, "is open to other users (mode 0644). Run: chmod 600")
    })
  )
})
