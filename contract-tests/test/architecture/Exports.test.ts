/** Checks that the public import paths of two packages do not change, even if files move to other folders. */
import { assert, describe, it } from "@effect/vitest"
import { existsSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { fileURLToPath } from "node:url"

const root = fileURLToPath(new URL("../../../packages/", import.meta.url))

interface Manifest {
  readonly exports: Readonly<Record<string, string>>
  readonly publishConfig: {
    readonly exports: Readonly<Record<string, string | { readonly types: string; readonly default: string }>>
  }
}

const manifestOf = (name: string): Manifest =>
  JSON.parse(readFileSync(join(root, name, "package.json"), "utf8")) as Manifest

const paths = {
  client:
    "Account AccountFeed Answer ApiKeys BlockTrades Capability ClockSkew DryRun Environment Errors Events Exchange Fcm Feed FeedMessages Fees FixedPoint Historical History IncentivePrograms Kalshi LiveData Markets Milestones MultivariateCollections Operation OrderBook OrderBooks OrderCost OrderGroups Orders Pages Portfolio PriceGrid Quotes RateLimits RateLimitsRedis RfqBatches Rfqs Search SendPolicy Series StructuredTargets Subaccounts Telemetry Trades Transfers generated/feed generated/parameters generated/requests generated/responses",
  sandbox: "Assumptions Cli Commands Entities Exchange FeedServer Sandbox SandboxError View"
}

for (const [name, expected] of Object.entries(paths)) {
  describe(`@kalshi-effect/${name}`, () => {
    const manifest = manifestOf(name)
    const exported = Object.keys(manifest.exports).filter((path) => path !== "./package.json")

    it("exports exactly the listed paths", () => {
      assert.deepStrictEqual(
        exported.map((path) => path.slice(2)),
        expected.split(" ")
      )
    })

    it("exports only existing files, and exports the same paths from `src` and from the published package", () => {
      for (const path of exported) {
        const source = manifest.exports[path] ?? ""
        const built = source.replace("./src/", "./dist/").replace(/\.ts$/, "")
        assert.isTrue(existsSync(join(root, name, source)), source)
        assert.deepStrictEqual(manifest.publishConfig.exports[path], {
          types: `${built}.d.ts`,
          default: `${built}.js`
        })
      }
      assert.sameMembers(Object.keys(manifest.publishConfig.exports), Object.keys(manifest.exports))
    })
  })
}
